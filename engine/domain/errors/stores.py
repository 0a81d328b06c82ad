"""Refusals of the store and its archive."""

from __future__ import annotations

from engine.domain.errors.refusal import EngineError, OperatorRefusal


class StoreUnavailable(EngineError):
    """The database cannot be reached; nothing was changed."""

    code = "storeUnavailable"
    vi = "Cơ sở dữ liệu tạm thời không dùng được; chưa có gì thay đổi. Hãy thử lại."
    en = "The database cannot be used at the moment; nothing was changed. Try again."


class StoreFull(EngineError):
    """The database has no room left; nothing was changed."""

    code = "storeFull"
    vi = "Ổ đĩa của cơ sở dữ liệu đã đầy; chưa có gì thay đổi."
    en = "The database's disk is full; nothing was changed."


class InstanceArchived(EngineError):
    """The instance ended and went to the archive."""

    code = "instanceArchived"
    vi = "Phiên xử lý {id} đã kết thúc và được chuyển vào kho lưu trữ, tệp {file}."
    en = "Process instance {id} has ended and is in the archive, file {file}."


class StillAtWork(OperatorRefusal):
    """Only what has ended, has nothing left to do and is what the archive has may leave the database."""

    code = "stillAtWork"
    vi = "Phiên xử lý {id} chưa xong việc hoặc khác với bản trong kho lưu trữ."
    en = "Process instance {id} is still at work, or not what the archive has."


class ArchiveInUse(OperatorRefusal):
    """Two at once would write the same instances twice."""

    code = "archiveInUse"
    vi = "Kho lưu trữ {folder} đang được tiến trình khác ghi; hãy đợi tiến trình đó xong."
    en = "Another process is writing to the archive {folder}; wait until it is done."


class ArchiveDamaged(OperatorRefusal):
    """Nothing is deleted from the database on the word of such a file."""

    code = "archiveDamaged"
    vi = "Tệp lưu trữ {file} đọc lại khác với lúc ghi; chưa xóa gì khỏi cơ sở dữ liệu. Hãy kiểm tra ổ đĩa."
    en = "Archive file {file} does not read back as it was written; nothing was deleted from the database. Check the disk."
