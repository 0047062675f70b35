"""The first screens, as the manual names them: 校园卡服务, 金融服务, 签约服务, 领款服务; 自助查询; 自助补卡."""

from collections.abc import Callable

from nanhu.emulators.kiosks.flows import agreements, checking, claims, loads, look, loss, pins, reissue
from nanhu.emulators.kiosks.flows.steps import card_on, give_back, resolve_first, serve, tried
from nanhu.emulators.kiosks.kiosk import Flow, Kiosk
from nanhu.emulators.kiosks.screens import Choice, Screen, menu, pin

type Service = Callable[[Kiosk], Flow]
FOREVER = 0.0
LOAD_MENU: dict[str, tuple[str, dict[str, tuple[str, Service]]]] = {
    "card": (
        "校园卡服务",
        {
            "pin": ("消费密码修改", pins.change_payment_pin),
            "loss": ("挂失", loss.report_by_number),
            "look": ("余额与明细查询", look.look),
            "check": ("校园卡检测", checking.check),
        },
    ),
    "money": ("金融服务", {"load": ("签约圈存划账", loads.load)}),
    "agreement": (
        "签约服务",
        {
            "sign": ("新办签约", agreements.sign),
            "change": ("变更银行卡", agreements.change),
            "cancel": ("解除签约", agreements.cancel),
        },
    ),
    "claim": ("领款服务", {"claim": ("圈存（补助）领款", claims.claim)}),
}
DESK: dict[str, tuple[str, Service]] = {
    "look": ("余额与明细查询", look.look),
    "loss": ("挂失", loss.report_by_card),
}
REISSUE_MENU: dict[str, tuple[str, Service]] = {
    "reissue": ("自助补卡", reissue.reissue),
    "swap": ("损坏换卡", reissue.swap),
    "loss": ("挂失", loss.report_by_document),
}


def first(kiosk: Kiosk, choices: list[tuple[str, str]]) -> Screen:
    screen = menu(f"欢迎使用{NAMES[kiosk.terminal.kind]}", choices, list(kiosk.notices))
    screen.seconds = FOREVER
    return screen


def load_kiosk(kiosk: Kiosk) -> Flow:
    while True:
        yield from give_back(kiosk)
        chosen = yield first(kiosk, [(key, name) for key, (name, _services) in LOAD_MENU.items()])
        kiosk.notices = []
        name, services = LOAD_MENU[str(chosen)]
        service = yield menu(name, [(key, label) for key, (label, _service) in services.items()])
        yield from resolve_first(kiosk)
        label, work = services[str(service)]
        yield from serve(kiosk, work, label)


def reissue_kiosk(kiosk: Kiosk) -> Flow:
    while True:
        yield from give_back(kiosk)
        chosen = yield first(kiosk, [(key, label) for key, (label, _service) in REISSUE_MENU.items()])
        kiosk.notices = []
        yield from resolve_first(kiosk)
        label, work = REISSUE_MENU[str(chosen)]
        yield from serve(kiosk, work, label)


def self_service_kiosk(kiosk: Kiosk) -> Flow:
    while True:
        yield from give_back(kiosk)
        chosen = yield first(kiosk, [("query", "自助查询"), ("loss", "挂失")])
        kiosk.notices = []
        if chosen == "query":
            yield Screen(
                kind="menu",
                title="自助查询",
                toolbar=[Choice("sign_in", "登陆")],
                lines=["将校园卡放置于读卡区域，点击工具栏中的“登陆”进入用户控制界面。"],
            )
        yield from resolve_first(kiosk)
        if chosen == "loss":
            yield from serve(kiosk, loss.report_by_number, "挂失")
        else:
            yield from serve(kiosk, signed_in, "登陆")


def signed_in(kiosk: Kiosk) -> Flow:
    """Stays until the card is taken or 退出 is touched. The enquiry PIN is asked again before each service (A129)."""
    card = yield from card_on(kiosk, "登陆")
    typed = yield pin("登陆", "请输入查询密码")
    holder = kiosk.line.ask("pin/check", {"card": card, "kind": "enquiry"}, pins={"pin": str(typed)}, title="登陆")
    while kiosk.card:
        chosen = yield control(str(holder.get("name", "")))
        if chosen == "leave":
            return
        if chosen == "pin":
            yield from tried(kiosk, pins.change_enquiry_pin, "修改密码")
        else:
            label, work = DESK[str(chosen)]
            yield from tried(kiosk, work, label)


def control(name: str) -> Screen:
    return Screen(
        kind="menu",
        title="用户控制界面",
        lines=[f"{name} 您好，办理每项业务前请输入查询密码。" if name else "办理每项业务前请输入查询密码。"],
        choices=[Choice(key, label) for key, (label, _service) in DESK.items()],
        footer=[Choice("pin", "修改密码", twice=True), Choice("leave", "退出")],
    )


NAMES = {"load_kiosk": "自助圈存机", "reissue_kiosk": "自助补卡机", "self_service_kiosk": "自助圈存查询一体机"}
STARTS: dict[str, Callable[[Kiosk], Flow]] = {
    "load_kiosk": load_kiosk,
    "reissue_kiosk": reissue_kiosk,
    "self_service_kiosk": self_service_kiosk,
}
