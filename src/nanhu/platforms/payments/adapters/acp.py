"""UnionPay's gateway by ACP 5.1: form posts, answers as k=v text, both signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from nanhu.kernel import outgoing
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.platforms.payments import acp
from nanhu.platforms.payments.acp_file import AcpFileError, FileRow, read_content
from nanhu.platforms.payments.acquirer import AcquirerSilentError, Opened, Trade

AMOUNT_DIGITS, MOST_DAYS_AWAY = 12, 31
LARGEST_ANSWER = 64 * 1024 * 1024
PREFIX = "/gateway/api/"
FILE_TIMEOUT = 60.0
PAY_MINUTES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class AcpGateway:
    address: str
    merchant: str
    key: str
    certificate: str
    authority: str
    timeout: float = 4.0

    def open_order(self, *, order: str, txn_time: str, amount_fen: int, back_url: str) -> Opened:
        """A code that the payer scans or opens (申码): consume 01/07."""
        facts = {
            "txnType": "01",
            "txnSubType": "07",
            "bizType": "000000",
            "orderId": order,
            "txnTime": txn_time,
            "txnAmt": str(amount_fen),
            "currencyCode": "156",
            "backUrl": back_url,
            "payTimeout": pay_timeout(),
        }
        said = self.ask("backTransReq.do", facts)
        if said.get("respCode") not in acp.OK or not said.get("qrCode"):
            raise AcquirerSilentError(said.get("respMsg", "no code"))
        return Opened(address=said["qrCode"], tn=said.get("tn", ""))

    def query(self, *, order: str, txn_time: str) -> Trade:
        facts = {"txnType": "00", "txnSubType": "00", "bizType": "000000", "orderId": order, "txnTime": txn_time}
        return trade_of(self.ask("queryTrans.do", facts))

    def refund(self, *, order: str, txn_time: str, original: str, amount_fen: int, back_url: str) -> Trade:
        facts = {
            "txnType": "04",
            "txnSubType": "00",
            "bizType": "000000",
            "orderId": order,
            "txnTime": txn_time,
            "txnAmt": str(amount_fen),
            "origQryId": original,
            "backUrl": back_url,
        }
        said = self.ask("backTransReq.do", facts)
        code = said.get("respCode", "")
        if code in acp.UNKNOWN:
            return Trade(state="open", sentence=said.get("respMsg", ""))
        return Trade(state="refunded" if code in acp.OK else "gone", sentence=said.get("respMsg", ""))

    def fetch_file(self, *, day: date) -> list[FileRow]:
        facts = {
            "txnType": "76",
            "txnSubType": "01",
            "bizType": "000000",
            "fileType": "00",
            "settleDate": f"{day:%m%d}",
            "txnTime": campus_time(now()).strftime("%Y%m%d%H%M%S"),
        }
        said = self.ask("fileTransReq.do", facts, timeout=FILE_TIMEOUT)
        if said.get("respCode") == "98":
            return []  # a day without any trade has no file
        if said.get("respCode") not in acp.OK:
            raise AcquirerSilentError(said.get("respMsg", "no file"))
        try:
            return read_content(said.get("fileContent", ""))
        except AcpFileError as error:
            raise AcquirerSilentError(str(error)) from error

    def ask(self, path: str, facts: Mapping[str, str], *, timeout: float | None = None) -> dict[str, str]:
        message = {
            "version": acp.VERSION,
            "encoding": "UTF-8",
            "channelType": "08",
            "accessType": "0",
            "merId": self.merchant,
            **facts,
        }
        whole = acp.signed(message, key=self.key, certificate=self.certificate)
        said = acp.read_message(post(self.address, PREFIX + path, whole, timeout or self.timeout))
        if not acp.is_genuine(said, authority=self.authority, at=now()) or not is_about(said, facts, self.merchant):
            raise AcquirerSilentError("no answer of UnionPay to this question")
        return said


def is_about(said: Mapping[str, str], facts: Mapping[str, str], merchant: str) -> bool:
    """An old answer, however genuine, is none to a new question."""
    same = all(said.get(name, value) == value for name, value in facts.items() if name in {"orderId", "txnTime"})
    return same and said.get("merId") == merchant and said.get("txnType") == facts["txnType"]


def trade_of(said: Mapping[str, str]) -> Trade:
    """A query's own respCode says whether the question was answered, origRespCode what became of the trade."""
    sentence = said.get("origRespMsg", "") or said.get("respMsg", "")
    if said.get("respCode") == acp.NOT_FOUND:
        return Trade(state="gone", sentence=sentence)
    code = said.get("origRespCode", "")
    if said.get("respCode") not in acp.OK or code in acp.UNKNOWN or not code:
        return Trade(state="open", sentence=sentence)
    if code not in acp.OK:
        return Trade(state="gone", sentence=sentence)
    return Trade(
        state="paid",
        query_id=said.get("queryId", ""),
        amount_fen=fen_of(said.get("txnAmt", "")),
        sentence=sentence,
        settled_on=settle_day(said.get("settleDate", "")),
    )


def fen_of(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= AMOUNT_DIGITS else 0


def settle_day(month_and_day: str) -> date | None:
    """MMDD of the year in which it lies nearest: in January a December is last year's, and late on 31 December the bank
    settles on 1 January. None where it is no day of these weeks."""
    today = campus_today()
    found = [date_in(year, month_and_day) for year in (today.year - 1, today.year, today.year + 1)]
    near = [one for one in found if one is not None and abs((one - today).days) <= MOST_DAYS_AWAY]
    return near[0] if near else None


def date_in(year: int, month_and_day: str) -> date | None:
    try:
        return date(year, int(month_and_day[:2]), int(month_and_day[2:4]))
    except ValueError:
        return None


def pay_timeout() -> str:
    return campus_time(now() + timedelta(minutes=PAY_MINUTES)).strftime("%Y%m%d%H%M%S")


def post(address: str, path: str, message: Mapping[str, str], timeout: float) -> str:
    call = outgoing.Call(
        address=address.rstrip("/") + path,
        body=urlencode(message).encode(),
        content_type="application/x-www-form-urlencoded; charset=UTF-8",
    )
    try:
        return outgoing.fetch(call, seconds=timeout, largest=LARGEST_ANSWER).body.decode("utf-8", "replace")
    except OSError as error:
        raise AcquirerSilentError(str(error) or type(error).__name__) from error
