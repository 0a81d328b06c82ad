"""The national portal: dossier sync in the profiles 2020 and 2023, progress, promotion notices; packets, client, simulator."""
