"""学工处: how students are reached, collected by form teachers; it disagrees with 教务处 and knows no ID numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanhu.sample.dirt import homophone_name, variant_name
from nanhu.sample.offices import common, faults
from nanhu.sample.rows import Claim, Layout, Row, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nanhu.sample.dirt import Dirt
    from nanhu.sample.persons import Affiliation, Human
    from nanhu.sample.units import Unit

LAYOUT = Layout(
    file_name="学工处-学生联系方式.csv",
    header=("学生学号", "学生姓名", "班级", "宿舍", "本人手机", "家长姓名", "家长电话", "QQ号", "辅导员", "备注"),
    campus_no="学生学号",
    name="学生姓名",
    phone="本人手机",
    unit=("班级",),
)
FAULTS = ("campus_no_missing", "campus_no_malformed", "name_missing", "person_unknown", "name_mismatch")
ADVISERS = ("李娜", "王磊", "刘畅", "陈思", "彭勇", "罗敏", "谭晶", "周颖")
HALLS = ("南苑1栋", "南苑2栋", "南苑5栋", "南苑8栋", "东苑3栋", "东苑4栋", "北苑1栋", "北苑6栋")


def sheet(
    people: Iterable[Human], classes: Mapping[str, Unit], accepted: Mapping[str, str], dirt: Dirt, clean: Dirt
) -> Sheet:
    """`accepted`: the student numbers that 教务处's accepted rows hold, with the names."""
    numbers, rows = list(accepted), []
    class_names = [unit.name for unit in classes.values()]
    for human, study in _studies(people):
        dice = clean if human.is_cast else dirt
        if dice.happens("second_office_missing"):
            continue
        row = _write(human, classes[study.unit].name, study, class_names, dice)
        if study.campus_no not in accepted:
            row.fault = "person_unknown"
        elif fault := dice.first_of(FAULTS):
            _spoil(row, fault, dice, accepted, numbers)
        rows.append(row)
    rows.sort(key=lambda row: (str(row.cells["辅导员"]), row.campus_no))
    return Sheet(LAYOUT, rows)


def _studies(people: Iterable[Human]) -> Iterable[tuple[Human, Affiliation]]:
    for human in people:
        for study in human.affiliations:
            if study.kind == "student" and study.state != "ended":
                yield human, study


def _write(human: Human, class_name: str, study: Affiliation, class_names: list[str], dirt: Dirt) -> Row:
    name, rng, phone = human.name, dirt.rng, human.phone
    if dirt.happens("second_office_name"):
        name = homophone_name(rng, name) if rng.random() < 0.6 else variant_name(rng, name)
    if dirt.happens("second_office_phone"):
        phone = f"{phone[:3]}{rng.randrange(10**8):08d}"
    if dirt.happens("second_office_class"):
        class_name = rng.choice(class_names)
    cell, said = common.phone_cell(dirt, phone)
    return Row(
        {
            "学生学号": dirt.number(study.campus_no),
            "学生姓名": dirt.name(name),
            "班级": dirt.text(class_name),
            "宿舍": f"{rng.choice(HALLS)}{rng.randint(1, 6)}{rng.randint(1, 32):02d}",
            "本人手机": cell,
            "家长姓名": "" if human.is_foreign else name[0] + rng.choice(("建国", "志强", "伟", "丽", "红", "秀英")),
            "家长电话": f"13{rng.randrange(10**9):09d}",
            "QQ号": str(rng.randrange(10**8, 3 * 10**9)),
            "辅导员": ADVISERS[int(study.unit[:2]) % len(ADVISERS)],
            "备注": rng.choice(("", "", "", "", "班长", "走读", "心理关注")) if not human.is_cast else "",
        },
        human,
        Claim(phone=said),
        campus_no=study.campus_no,
    )


def _spoil(row: Row, fault: str, dirt: Dirt, accepted: Mapping[str, str], numbers: list[str]) -> None:
    rng, human = dirt.rng, row.human
    if human is None:
        return
    value, column = "", LAYOUT.campus_no
    if fault == "campus_no_malformed":
        value = faults.malformed_campus_no(rng, row.campus_no)
    elif fault == "name_missing":
        column = LAYOUT.name
    elif fault == "person_unknown":
        value = f"{row.campus_no[:6]}{rng.randint(80000, 89999)}"
    elif fault == "name_mismatch":
        value = rng.choice(numbers)
        if set(accepted[value]) & set(human.name):
            dirt.count[fault] -= 1
            return
    row.spoil(column, value)
    row.fault = fault
