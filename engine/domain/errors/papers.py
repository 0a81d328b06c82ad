"""Refusals of papers and documents."""

from __future__ import annotations

from collections.abc import Iterable

from engine.domain.errors.refusal import EngineError, OperatorRefusal


class PaperRefused(OperatorRefusal):
    """A paper cannot be made of what is to stand on it."""

    code = "paperRefused"
    vi = "Không lập được giấy: {why_vi}"
    en = "The paper cannot be made: {why_en}"

    @classmethod
    def no_form(cls, name: str, forms: Iterable[str]) -> PaperRefused:
        known = ", ".join(sorted(forms))
        return cls(
            why_vi=f"không có mẫu {name}; các mẫu: {known}.", why_en=f"there is no form {name}; forms are: {known}."
        )

    @classmethod
    def too_large(cls, size: int, most: int) -> PaperRefused:
        return cls(
            why_vi=f"nội dung {size} byte, vượt giới hạn {most} byte; hãy rút gọn.",
            why_en=f"what is to stand on it has {size} bytes, more than {most}; shorten it.",
        )

    @classmethod
    def not_set(cls, why: str) -> PaperRefused:
        return cls(why_vi=f"chương trình dàn trang báo: {why}.", why_en=f"the typesetter says: {why}.")


class SigningFailed(OperatorRefusal):
    """A paper could not be signed: the key, or whoever keeps it, did not do it. ``again`` says whether it may later."""

    code = "signingFailed"
    vi = "Chưa ký số được: {why}. Giấy chưa được đánh số và chưa phát hành; sửa nơi ký (MOTCUA_SIGNING) rồi thử lại."
    en = "Not signed: {why}. The paper has no number and is not out; mend the signer (MOTCUA_SIGNING), then retry."

    def __init__(self, why: str, *, again: bool = False) -> None:
        self.again = again
        super().__init__(why=why)


class SignatureMissing(OperatorRefusal):
    """What is to be published has no valid signature over all of its bytes; it does not go out."""

    code = "signatureMissing"
    vi = "Giấy {id} không có chữ ký số hợp lệ trên toàn văn; không đánh số, không phát hành. Hãy ký lại."
    en = "Paper {id} has no valid signature over all of it; it gets no number and does not go out. Sign it again."


class NumberTaken(OperatorRefusal):
    """Another paper of the series was published first: this one is made again with the number after it."""

    code = "numberTaken"
    vi = "Số {number} của dãy {series} đã thuộc giấy khác; giấy được lập lại với số sau."
    en = "Number {number} of series {series} went to another paper; this one is made again with the number after it."


class DocumentRefused(EngineError):
    """A file that is not kept: too large, empty, or not of a type that is taken."""

    code = "documentRefused"
    vi = "Tệp không được nhận: {why_vi}"
    en = "The file is not taken: {why_en}"
