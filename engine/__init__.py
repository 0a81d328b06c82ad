"""The workflow engine: knows BPMN and its log, knows neither web nor SQL."""
