"""The steps that fill an empty campus, each through the API of a room, each safe to repeat."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import polars as pl
from django.core.management import call_command
from django.db import transaction

from nanhu.kernel import registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.access import sample as access_sample
from nanhu.platforms.campus import api as campus
from nanhu.platforms.campus import sample as campus_sample
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows import sample as flows_sample
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.messages import sample as messages_sample
from nanhu.platforms.parties import sample as parties_sample
from nanhu.platforms.people import api as people
from nanhu.platforms.people import sample as people_sample
from nanhu.platforms.portal import sample as portal_sample
from nanhu.platforms.terminals import sample as terminals_sample
from nanhu.sample import hall, history, notices, passes, photos, posts, school_calendar, things
from nanhu.sample.cast import CAST, MEMBERS
from nanhu.sample.demo import corrections, labs
from nanhu.sample.demo.contact_book import fill_the_contact_book
from nanhu.sample.demo.duties import fill_the_rosters
from nanhu.sample.demo.hub import ask_for_data, leave_files_waiting, let_a_program_follow, share_with_companies
from nanhu.sample.demo.inboxes import tell_everybody
from nanhu.sample.demo.integrations import take_samples_in
from nanhu.sample.demo.lost_things import fill_the_board
from nanhu.sample.demo.reach import fill_reach
from nanhu.sample.demo.systems import connect_systems
from nanhu.sample.demo.vendors import feed_the_hub
from nanhu.sample.demo.venues import fill_venues
from nanhu.sample.demo.welcome import SAMPLE_PASSWORD
from nanhu.sample.demo.wireless import open_the_wireless
from nanhu.sample.doors import PLACES, doors
from nanhu.sample.generate import DEFAULT_PEOPLE, DEFAULT_SEED, FULL_PEOPLE, generate
from nanhu.sample.jobs import begin_integrations, photograph_everybody, sign_with_the_bank
from nanhu.sample.machines import machines
from nanhu.sample.merchants import BUS_FARE_FEN, BUS_LINES, merchants
from nanhu.sample.network import fill_the_network, go_on_line_again
from nanhu.sample.passes import actor_of
from nanhu.sample.prices import price_orders
from nanhu.sample.truth import FILE_NAME as TRUTH_NAME
from nanhu.sample.truth import read_truth
from nanhu.services.directory import sample as directory
from nanhu.systems.assets import sample as assets_sample
from nanhu.systems.card import sample as card_sample

BY = Actor.system("demo")
ROLES = {
    "clerk": (
        "campus.keeper",
        "datahub.steward",
        "card.clerk",
        "card.registrar",
        "card.manager",
        "card.guard",
        "access.manager",
        "access.guard",
        "terminals.keeper",
        "terminals.clerk",
        "terminals.registrar",
        "card.payer",
        "payments.clerk",
        "card.phone_desk",
        "dormitory.biller",
        "openapi.keeper",
        "assets.keeper",
        "lostfound.reviewer",
        "mobile.personnel",
    ),
    "administrator": (
        "network.keeper",
        "mobile.keeper",
        "venues.office",
        "portal.search",
        "portal.placer",
        "portal.integrator",
        "portal.corrections",
        "requests.dispatcher",
        "requests.answerer",
        "directory.keeper",
        "lostfound.chief",
        "campus.admin",
        "identity.admin",
        "datahub.steward",
        "messages.editor",
        "messages.operator",
        "campus.keeper",
        "people.posts",
        "flows.keeper",
        "campus.registrar",
        "card.finance",
        "payments.finance",
        "card.manager",
        "access.manager",
        "card.payer",
        "dormitory.biller",
        "openapi.keeper",
        "parties.engineer",
        "parties.budget",
        "assets.office",
        "printing.keeper",
    ),
    "security": (
        "identity.security",
        "network.engineer",
        "portal.integrator",
        "requests.worker",
        "requests.leader",
        "card.guard",
        "access.guard",
        "card.clerk",
        "card.registrar",
        "terminals.keeper",
        "terminals.clerk",
        "terminals.registrar",
        "lostfound.keeper",
        "directory.editor",
    ),
    "treasurer": ("card.finance", "payments.finance", "assets.finance", "parties.budget"),
    "assets": ("assets.office", "assets.keeper", "venues.keeper"),
    "teacher": ("card.merchant",),
    "affairs": ("requests.complaints", "requests.opinions", "requests.answerer"),
    "auditor": ("identity.auditor",),
}
SOURCES = (
    ("org.units", "组织机构.csv"),
    ("hr.staff", "人事处-教职工名单.xlsx"),
    ("aa.students", "教务处-学籍名册.csv"),
    ("sa.contacts", "学工处-学生联系方式.csv"),
    ("sec.temporary", "保卫处-临时人员.csv"),
)
SATURDAY = 6
type Advance = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """`run` hears a way to tell its progress and returns a short summary. `when` it runs: once; again when the campus has
    moved (other addresses, another program: what the template was filled with is not true of its copy); at every start."""

    key: str
    title: str
    run: Callable[[Advance], str]
    when: Literal["once", "moved", "start"] = "once"


DAY = "08:30-12:00 14:30-17:30"
DIRECTORY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "phone",
        "1012",
        {
            "name": "报销大厅",
            "name_en": "Reimbursement Hall",
            "number": "8640101",
            "hours": DAY,
            "keywords": "报账 发票",
        },
    ),
    (
        "phone",
        "1008",
        {"name": "学籍科", "name_en": "Student Records", "number": "8640201", "hours": DAY, "keywords": "学籍 成绩单"},
    ),
    (
        "phone",
        "1017",
        {
            "name": "治安值班室",
            "name_en": "Security Duty Room",
            "number": "8640110",
            "is_emergency": True,
            "keywords": "报警 丢东西",
        },
    ),
    (
        "phone",
        "1017",
        {
            "name": "户籍室",
            "name_en": "Household Registration",
            "number": "8640112",
            "hours": "08:30-12:00",
            "keywords": "户口",
        },
    ),
    (
        "answer",
        "1008",
        {
            "question": "成绩单在哪里打印？",
            "answer": "教务处学籍科，带校园卡。",
            "keywords": "中英文成绩",
            "question_en": "Where do I print my transcript?",
            "answer_en": "At Student Records in the Academic Affairs Office; bring your campus card.",
        },
    ),
    (
        "answer",
        "1017",
        {"question": "东西丢了怎么办？", "answer": "先到保卫处值班室登记，再看失物招领。", "keywords": "失物"},
    ),
    (
        "account",
        "1008",
        {
            "name": "教务在线",
            "handle": "jwzx",
            "intro": "选课、考试、停课通知。",
            "name_en": "Academic Affairs Online",
            "intro_en": "Course selection, exams, classes that are off.",
            "address": "http://weixin.qq.com/r/sample-jw",
        },
    ),
)
SYNONYMS = (
    ("饭卡", "校园卡"),
    ("一卡通", "校园卡"),
    ("丢卡", "挂失"),
    ("补卡", "校园卡"),
    ("充值", "圈存"),
    ("课表", "教务"),
    ("进楼", "门禁通行申请"),
    ("校历", "我的日程"),
    ("wifi", "无线网"),
    ("wlan", "无线网"),
)


def scale() -> int:
    """How many people: SCALE=full, a number, or the default."""
    chosen = os.environ.get("SCALE", "")
    return FULL_PEOPLE if chosen == "full" else int(chosen) if chosen.isdigit() else DEFAULT_PEOPLE


def sample_folder() -> Path:
    return configuration().data_dir / "sample"


def sample_day() -> date:
    return campus_today()


def write_files(advance: Advance) -> str:
    made = generate(seed=DEFAULT_SEED, people=scale(), out_dir=sample_folder(), today=sample_day(), report=advance)
    return f"{made.people:,} 人，{sum(made.rows.values()):,} 行"


def clean_files(advance: Advance) -> str:
    """The offices' files through the data centre's door, in the order the offices agreed on."""
    counts = []
    for number, (source, file_name) in enumerate(SOURCES):
        advance(number, len(SOURCES), file_name)
        report = datahub.import_file(by=BY, path=sample_folder() / file_name, source_key=source)
        counts.append(report)
    files = dict(SOURCES)
    leave_files_waiting(sample_folder(), files["aa.students"], files["sec.temporary"])
    accepted, rejected = (sum(one.counts[name] for one in counts) for name in ("accepted", "rejected"))
    return f"{accepted:,} 行入库，{rejected:,} 行待修"


def open_accounts(_advance: Advance) -> str:
    return f"{deliver_pending():,} 件事送达"


def give_passwords(_advance: Advance) -> str:
    """The printed sign-ins, with the roles their work needs."""
    for member in MEMBERS:
        if not member.is_activated:
            continue
        account = identity_sample.set_password_for_sample(by=BY, campus_no=member.campus_no, password=SAMPLE_PASSWORD)
        for role in ROLES.get(member.role, ()):
            identity.grant_role(by=BY, account_id=account.pk, role=role)
        if any(role.key in ROLES.get(member.role, ()) for role in registry.roles if role.is_administrative):
            identity_sample.give_totp_for_sample(by=BY, campus_no=member.campus_no)
    return "、".join(member.name for member in MEMBERS if member.is_activated)


def hold_posts(_advance: Advance) -> str:
    """Heads, secretaries and counsellors of the units, so that processes find who decides."""
    return f"{posts.appoint_everybody(by=BY)} 个岗位"


def apply_for_passes(_advance: Advance) -> str:
    """Applications in every state, for the to-do lists of the counsellor and the security office."""
    made = passes.open_cases(today=campus_today())
    deliver_pending()
    return f"{made} 件申请"


def come_on_line(_advance: Advance) -> str:
    return fill_the_network()


@transaction.atomic
def come_on_line_again(_advance: Advance) -> str:
    """A campus that stood still for a day has nobody on line."""
    return f"{go_on_line_again()} 台设备"


@transaction.atomic
def book_venues(_advance: Advance) -> str:
    """A hall, a court, the laboratories and the studio, with bookings in every state."""
    return fill_venues()


@transaction.atomic
def open_the_vpn(_advance: Advance) -> str:
    """VPN accounts in every state, campus resources, installers, where Wi-Fi is."""
    return fill_reach()


def correct_what_is_wrong(_advance: Advance) -> str:
    """Who answers for which field, and what people say is wrong."""
    return f"{corrections.ask_for_corrections()} 件更正"


def make_a_process(_advance: Advance) -> str:
    """Designed in the browser by the head of an office, published by who keeps processes."""
    clerk, administrator = CAST["clerk"], CAST["administrator"]
    found = people.find_people_by_campus_no([clerk.campus_no, administrator.campus_no])
    units = people.unit_ids_by_code([clerk.unit])
    if len(found) < 2 or not units:
        return "0 个流程"
    designer, keeper = (passes.actor_of(found[one.campus_no]) for one in (clerk, administrator))
    return f"{flows_sample.make_process(designer=designer, keeper=keeper, unit_id=units[clerk.unit])} 个流程"


def live_ninety_days(advance: Advance) -> str:
    """Meals, showers and top-ups of the last ninety days, and the merchants where they happened."""
    windows = merchants()
    card_sample.set_up_merchants(
        by=BY,
        merchants=[card_sample.MerchantOrder(key=one.key, name=one.name, canteen=one.canteen) for one in windows],
        terminals=[
            card_sample.TerminalOrder(number=terminal.number, merchant_key=one.key, place=terminal.place)
            for one in windows
            for terminal in one.terminals
        ],
    )
    card_sample.set_prices(by=BY, orders=price_orders(windows, campus_today()))
    eaters = history.eaters_of(read_truth(sample_folder() / TRUTH_NAME))
    past = history.campus_past(seed=DEFAULT_SEED, eaters=eaters, until=now())
    done = card_sample.import_history(by=BY, rows=counted(past.rows, advance))
    return f"{done.posted:,} 笔"


def start_the_buses(_advance: Advance) -> str:
    """The bus firm is a merchant, each bus a terminal of one price that is out of reach most of the way."""
    buses = [card_sample.TerminalOrder(number=number, merchant_key="bus", place=line) for number, line in BUS_LINES]
    added = card_sample.set_up_merchants(
        by=BY, merchants=[card_sample.MerchantOrder(key="bus", name="校车公司")], terminals=buses
    )
    if added[1]:
        fares = [
            card_sample.PriceOrder(number=number, since=campus_today(), kind="fixed", price_fen=BUS_FARE_FEN)
            for number, _line in BUS_LINES
        ]
        card_sample.set_prices(by=BY, orders=fares)
    return f"{len(BUS_LINES)} 辆"


def counted(rows: pl.DataFrame, advance: Advance) -> Iterator[card_sample.PastRow]:
    """The rows of the past one by one, telling how far it is."""
    for number, row in enumerate(rows.iter_rows()):
        if number % 5000 == 0:
            advance(number, rows.height, "")
        yield card_sample.PastRow(*row)


def begin_books(_advance: Advance) -> str:
    """Contracts with merchants, what is due settled, yesterday closed; the teacher of the cast keeps a window."""
    keepers = [member.campus_no for member in MEMBERS if "card.merchant" in ROLES.get(member.role, ())]
    people_of = people.find_people_by_campus_no(keepers)
    accounts = [account.pk for person in people_of.values() if (account := identity.account_of(person)) is not None]
    done = card_sample.begin_books(by=BY, shopkeepers=accounts)
    return f"{done.contracts} 份合同，{done.settled} 笔结算"


def place_machines(_advance: Advance) -> str:
    """Load, reissue and self-service kiosks where the manual says they stand."""
    return f"{terminals_sample.set_up_kiosks(by=BY, kiosks=machines())} 台"


def hang_doors(_advance: Advance) -> str:
    """Dormitories, library, teaching building, laboratory, with the rules they begin with."""
    order = doors(today=campus_today(), units=people.unit_ids_by_code(["12"]))
    campus.set_up_places(by=BY, places=PLACES)
    access_sample.set_up_doors(by=BY, order=order)
    return f"{len(order.doors)} 扇，{len(order.rules)} 条规则"


@transaction.atomic
def write_the_calendar(_advance: Advance) -> str:
    """Terms of two years, the hours of each season, three hundred rooms, and this term's lessons in them: all or nothing, so that it is
    begun again after a kill. The next moved day waits to be decided, as the school's office finds it."""
    today = sample_day()
    campus.set_up_places(by=BY, places=school_calendar.places())
    for key in ("south", "east"):
        for season, first, last in school_calendar.seasons(today):
            campus_sample.set_periods(
                by=BY,
                campus=campus.place_with(key),
                season=season,
                periods=school_calendar.periods(season),
                starts_on=first,
                ends_on=last,
                reason="校长办公会纪要",
            )
    rooms = campus_sample.set_up_rooms(by=BY, rooms=known_units(school_calendar.rooms()))
    term = open_this_term(today)
    held = fill_rooms(term, today)
    return f"{rooms} 间房，{held:,} 次占用"


def known_units(rooms: dict[str, campus_sample.RoomFacts]) -> dict[str, campus_sample.RoomFacts]:
    units = people.unit_ids_by_code({room["unit"] for room in rooms.values()})
    return {key: room | {"unit": room["unit"] if room["unit"] in units else ""} for key, room in rooms.items()}


def open_this_term(today: date) -> campus.Term:
    orders = school_calendar.terms(today)
    place = school_calendar.current(orders, today)
    states = ["archived"] * max(place - 1, 0) + ["closed"] * min(place, 1) + ["open"]
    made = [campus_sample.plan_term(by=BY, order=order) for order in orders]
    for term, state in zip(made, states, strict=False):
        campus_sample.bring_to(by=BY, term=term, state=campus.Term.State(state))
    return campus.open_term()


def fill_rooms(term: campus.Term, today: date) -> int:
    decide_moved_days(term, today)
    ids = campus.room_ids(school_calendar.rooms())
    meetings = school_calendar.meetings(DEFAULT_SEED)
    places = {key: campus.place_with(key) for key in ("south", "east")}
    taught = [one for one in campus.term_days(term) if one.week and one.week <= term.teaching_weeks]
    holds = [
        hold
        for one in taught
        for periods in [{key: campus.periods_on(place, one.day) for key, place in places.items()}]
        for hold in school_calendar.lessons(meetings, one, periods, ids)
    ]
    done = campus.replace_rooms(by=BY, source="sample.lesson", term=term, holds=holds)
    campus.hold_rooms(by=BY, source="sample.booking", holds=school_calendar.bookings(today, ids))
    return done.held


def decide_moved_days(term: campus.Term, today: date) -> None:
    """All but the next that comes: each follows the next holiday on a weekday that no other follows."""
    days = campus.term_days(term)
    off = [one.day for one in days if one.kind == "off" and one.day.isoweekday() < SATURDAY]
    undecided = [one.day for one in days if one.kind == "undecided"]
    coming = [day for day in undecided if day > today][:1]
    for waits, followed in zip([day for day in undecided if day not in coming], off, strict=False):
        campus_sample.decide_day(
            by=BY, day=waits, week=campus.week_of(followed), weekday=followed.isoweekday(), reason="教务处通知"
        )


@transaction.atomic
def take_over_things(_advance: Advance) -> str:
    """Fifteen hundred cards, a year of receipts, depreciation and closes, and a working day of the asset office: all or nothing."""
    campus.set_up_places(by=BY, places=things.places())
    stage = things.stage_of(campus_today())
    old, receipts = things.past(stage, DEFAULT_SEED)
    signers = things.hand_of("treasurer").actor, things.hand_of("assets").actor
    made = assets_sample.enter_past(by=BY, old=old, receipts=receipts, signers=signers)
    office = things.office_of(stage)
    if office is not None:
        assets_sample.begin_office(office)
        assets_sample.fill_desk(office)
    assets_sample.fill_laboratory(labs.laboratory_of(stage))
    return f"{made:,} 张卡片"


@transaction.atomic
def enter_quotas(_advance: Advance) -> str:
    """What came on paper from the city's treasury."""
    author, approver = things.hand_of("treasurer").actor, things.hand_of("administrator").actor
    return f"{parties_sample.fill_quotas(author=author, approver=approver)} 份"


def lose_and_find(_advance: Advance) -> str:
    return f"{fill_the_board()} 件"


def open_the_hall(_advance: Advance) -> str:
    """Crews, and requests of all kinds in all states."""
    return f"{hall.open_hall(by=BY)} 件"


def hang_out_notices(_advance: Advance) -> str:
    rows = [
        messages_sample.ImportedNotice(**{name: getattr(one, name) for name in one.__slots__})
        for one in notices.notices(today=sample_day(), until=now())
    ]
    return f"{messages_sample.import_notices(rows, by=BY).created} 条"


def tell_people(_advance: Advance) -> str:
    return f"{tell_everybody()} 条"


def take_photos(_advance: Advance) -> str:
    """The cast at once; everybody else in the background."""
    pictures = []
    for member in MEMBERS:
        person = people.find_person_by_campus_no(member.campus_no)
        if person is not None:
            pictures.append((person, photos.portrait(member.campus_no, sex=member.sex)))
    made = people_sample.set_photos(by=BY, photos=pictures)
    photograph_everybody.defer()
    return f"{made} 张，其余在后台"


def open_card_office(_advance: Advance) -> str:
    """A working day of the card office: a list with faults, cards to hand over, one overdue, a subsidy, a frozen sum."""
    return card_sample.begin_office(
        card_sample.Office(
            clerk=CAST["clerk"].campus_no,
            second=CAST["administrator"].campus_no,
            agent=CAST["teacher"].campus_no,
            leader=CAST["administrator"].campus_no,
            holder=CAST["student"].campus_no,
            unit=CAST["teacher"].unit,
            portrait=photos.portrait,
            proof=photos.portrait("proof"),
        )
    )


def go_on_with_the_day(_advance: Advance) -> str:
    """Cash in the drawer, doubts, a lost card, a price list: no page of the office stands empty."""
    cast = tuple(member.campus_no for member in MEMBERS)
    return card_sample.begin_day(
        card_sample.Day(clerk=CAST["clerk"].campus_no, second=CAST["administrator"].campus_no, cast=cast)
    )


def connect_office(_advance: Advance) -> str:
    """The OA application (an emulator) becomes one of the school's applications."""
    address = f"http://localhost:{configuration().office_port}/"
    identity.register_application(
        by=BY, key="office", name="OA 办公系统", owner="党政办公室", service_prefix=address, logout_url=address
    )
    portal_sample.enter(
        by=BY,
        key="office",
        name="OA 办公系统",
        address=address,
        system="office",
        unit="1001",
        section="work",
        faces=["staff"],
        icon="file-text",
        has_single_sign_on=True,
        description="公文、会议、审批",
        order=8,
    )
    return address


def take_in(_advance: Advance) -> str:
    """Sample programs in all kinds and states; the worker reads and probes them once everything runs."""
    return f"{take_samples_in()} 项"


def read_systems(_advance: Advance) -> str:
    """Fourteen, as soon as their emulator runs."""
    found = people.find_people_by_campus_no([CAST[role].campus_no for role in ("administrator", "clerk")])
    first, second = map(actor_of, found.values())
    made = feed_the_hub(read_truth(sample_folder() / TRUTH_NAME), (first, second))
    share_with_companies((first, second))
    return f"{made} 个系统"


def let_one_follow(_advance: Advance) -> str:
    """An emulated program of another company: its key and the secret of its webhook lie beside those of the emulators."""
    found = people.find_people_by_campus_no([CAST[role].campus_no for role in ("administrator", "clerk")])
    first, second = map(actor_of, found.values())
    settings = configuration()
    let_a_program_follow(
        (first, second),
        settings.data_dir / "emulators" / "consumer.json",
        hub=f"{settings.public_url.rstrip('/')}/api/hub/v1/",
        hook=f"http://localhost:{settings.consumer_port}/hook",
    )
    return "迎新系统"


def begin_outside(_advance: Advance) -> str:
    """In the background, once the samples and the systems are open."""
    begin_integrations.defer()
    return "在后台"


def roster_the_duties(_advance: Advance) -> str:
    return fill_the_rosters()


def ask_for_the_hubs_data(_advance: Advance) -> str:
    """Requests for shared data in the states that they have, for the to-do lists of owners and stewards."""
    return f"{ask_for_data()} 件申请"


def fill_the_search(_advance: Advance) -> str:
    """Phones, questions and an official account; what people call things; the index."""
    units = people.unit_ids_by_code([code for _kind, code, _facts in DIRECTORY])
    for kind, code, facts in DIRECTORY:
        directory.enter(by=BY, kind=kind, unit_id=units[code], facts=facts)
    for word, means in SYNONYMS:
        portal_sample.add_synonym(by=BY, word=word, means=means)
    return f"{portal_sample.index_all()} 条"


def write_emulator_keys(_advance: Advance) -> str:
    papers = (f"--document={one.id_number}:{one.name}:{one.campus_no}" for one in MEMBERS if one.kind == "student")
    call_command("card_kiosks", *(f"--campus-no={member.campus_no}" for member in MEMBERS), *papers, verbosity=0)
    call_command("card_emulator", *(f"--campus-no={member.campus_no}" for member in MEMBERS), verbosity=0)
    call_command("card_doors", *(f"--campus-no={member.campus_no}" for member in MEMBERS), verbosity=0)
    call_command("card_chips", verbosity=0)
    return ""


def open_the_bank(_advance: Advance) -> str:
    call_command("card_outside", *(f"--campus-no={member.campus_no}" for member in MEMBERS), verbosity=0)
    return ""


def begin_at_the_bank(_advance: Advance) -> str:
    """In the background, once the bank is open."""
    sign_with_the_bank.defer()
    return "在后台"


def register_the_vendor(_advance: Advance) -> str:
    """A vending company at the open API; its keys lie beside those of the emulators."""
    call_command("card_vendor", merchant="shop.nan", verbosity=0)
    return "密钥在 emulators/vendor.json"


def open_wireless(_advance: Advance) -> str:
    """An emulated controller whose phones are led to the sign-in page."""
    return open_the_wireless()


def open_the_contact_book(_advance: Advance) -> str:
    """企业微信: the staff by their record, some students who agreed, a newcomer without a record; pushed once the emulator runs."""
    return fill_the_contact_book()


STEPS = (
    Step("files", "各部门交来名单", write_files),
    Step("clean", "清洗入库", clean_files),
    Step("accounts", "开户、发卡", open_accounts),
    Step("passwords", "示例账号", give_passwords),
    Step("posts", "各单位的岗位", hold_posts),
    Step("history", "九十天的校园生活", live_ninety_days),
    Step("buses", "校车", start_the_buses, when="moved"),
    Step("books", "合同、结算、日结", begin_books),
    Step("machines", "自助终端", place_machines, when="moved"),
    Step("doors", "门禁", hang_doors, when="moved"),
    Step("calendar", "校历、房间、本学期课表", write_the_calendar),
    Step("passes", "通行申请和待办", apply_for_passes),
    Step("corrections", "更正个人信息", correct_what_is_wrong),
    Step("workshop", "网页里做的流程", make_a_process),
    Step("venues", "场地和借用", book_venues),
    Step("things", "资产：旧卡片、验收、折旧、月结", take_over_things),
    Step("quotas", "财政指标", enter_quotas),
    Step("lost_things", "失物招领", lose_and_find),
    Step("hall", "服务大厅：报修、咨询、投诉、舆情", open_the_hall),
    Step("reach", "VPN、校内资源、无线覆盖", open_the_vpn),
    Step("wecom", "企业微信通讯录", open_the_contact_book),
    Step("network", "校园网：接入设备、策略、在线的设备", come_on_line),
    Step("notices", "校内公告", hang_out_notices),
    Step("inboxes", "我的消息", tell_people),
    Step("photos", "证件照", take_photos),
    Step("card_office", "校园卡管理办公室的一天", open_card_office),
    Step("card_day", "收款、疑问、挂失", go_on_with_the_day),
    Step("office", "接入 OA", connect_office, when="moved"),
    Step("systems", "接入业务系统", connect_systems, when="moved"),
    Step("integrations", "接入页面、数据、日程、资讯", take_in, when="moved"),
    Step("sources", "数据源和共享授权", read_systems, when="moved"),
    Step("duties", "值班表和作息", roster_the_duties),
    Step("requests", "数据共享申请", ask_for_the_hubs_data),
    Step("search", "统一搜索", fill_the_search),
    Step("follower", "跟随人员主数据的程序", let_one_follow, when="start"),
    Step("keys", "终端密钥", write_emulator_keys, when="start"),
    Step("wlan", "无线网和认证页", open_wireless, when="start"),
    Step("on-line", "校园网：谁又上线了", come_on_line_again, when="start"),
    Step("outside", "银行、银联、云闪付、完美校园", open_the_bank, when="start"),
    Step("bank_customers", "银行签约和圈存", begin_at_the_bank),
    Step("outlook", "天气和系统状态", begin_outside, when="start"),
    Step("vendor", "开放接口的样例厂商", register_the_vendor, when="start"),
)
