"""Refusals of dossiers, their clocks, money and ratings."""

from __future__ import annotations

from engine.domain.errors.refusal import EngineError


class IllegalStatusMove(EngineError):
    """A dossier may not go from one national status to another: the diagram is wrong."""

    code = "illegalStatusMove"
    vi = (
        "“{name}” ({element}) chuyển hồ sơ từ trạng thái {before} sang {after}; bảng trạng thái quốc gia không cho phép. "
        "Hãy sửa sơ đồ (motcua:statusCode)."
    )
    en = (
        "'{name}' ({element}) takes the dossier from status {before} to {after}, which the national statuses do not allow. "
        "Mend the diagram (motcua:statusCode)."
    )


class DossierDiffers(EngineError):
    """A dossier of that code is there and is another."""

    code = "dossierDiffers"
    vi = "Đã có hồ sơ {dossier}, thuộc thủ tục khác ({key})."
    en = "There is a dossier {dossier} already, of another procedure ({key})."


class NotUnderWay(EngineError):
    """What was asked for is only there while a dossier is being worked on."""

    code = "dossierNotUnderWay"
    vi = "Hồ sơ {dossier} không ở giai đoạn giải quyết nên không làm được việc này."
    en = "Dossier {dossier} is not being worked on, so this cannot be done."


class DossierClosed(EngineError):
    """Nothing is taken for a dossier that is over: no money, no rating of what was withdrawn."""

    code = "dossierClosed"
    vi = "Hồ sơ {dossier} đã rút, bị từ chối, dừng xử lý hoặc đã trả kết quả; không thu tiền, hãy trả lại người nộp."
    en = "Dossier {dossier} was withdrawn, refused, stopped or returned; take no money, give it back to the payer."


class AmountNotDue(EngineError):
    """What is paid at the counter is what is due, or nobody could tell which bill it was for."""

    code = "amountNotDue"
    vi = "Hồ sơ {dossier}: số tiền {amount} đồng khác số còn phải nộp ({due} đồng); chưa ghi nhận gì. Hãy kiểm tra lại."
    en = "Dossier {dossier}: {amount} đồng is not what is still due ({due} đồng); nothing was recorded. Check it."


class FeeNotDetermined(EngineError):
    """Nothing is paid before somebody has said how much: what was taken would count as the whole fee, or as none."""

    code = "feeNotDetermined"
    vi = "Hồ sơ {dossier}: chưa xác định phí, lệ phí và chưa có khoản phải nộp; chưa thu tiền. Hãy thu sau khi đã tính phí."
    en = "Dossier {dossier}: neither a fee nor a bill is known yet; take no money before the fee is determined."


class PaidBefore(EngineError):
    """A receipt of a unit stands for one payment of one dossier."""

    code = "paidBefore"
    vi = "Biên lai {receipt} đã được ghi nhận cho hồ sơ {dossier}."
    en = "Receipt {receipt} was recorded for dossier {dossier} before."


class RefundedBefore(EngineError):
    """A payment is given back once."""

    code = "refundedBefore"
    vi = "Khoản đã nộp {payment} đã được hoàn trước đó."
    en = "Payment {payment} was given back before."


class NotToBeRated(EngineError):
    """A citizen rates a result, and each result once."""

    code = "notToBeRated"
    vi = "Hồ sơ {dossier} chưa có kết quả để đánh giá, hoặc kết quả này đã được đánh giá."
    en = "Dossier {dossier} has no result to be rated yet, or this result was rated."


class ExtendedBefore(EngineError):
    """A dossier is given a new date once at most."""

    code = "extendedBefore"
    vi = "Hồ sơ {dossier} đã được hẹn lại một lần (đến {due}); chỉ được hẹn lại một lần."
    en = "Dossier {dossier} was given a new date before ({due}); that is done once at most."


class ExtensionUnderWay(EngineError):
    """A letter that gives a new date is being made."""

    code = "extensionUnderWay"
    vi = "Phiếu xin lỗi và hẹn lại của hồ sơ {dossier} đang được lập; hãy chờ phiếu phát hành."
    en = "The letter of apology for dossier {dossier} is being made; wait until it is out."


class SignerMissing(EngineError):
    """Nobody is there to sign what would have to go out."""

    code = "signerMissing"
    vi = "Chưa cấu hình chữ ký số (MOTCUA_SIGNING) nên không phát hành được phiếu xin lỗi; ngày hẹn của hồ sơ {dossier} giữ nguyên."
    en = "No signer is configured (MOTCUA_SIGNING), so no letter of apology can go out; dossier {dossier} is due when it was."
