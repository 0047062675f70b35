"""Forty layouts as vendors' systems and offices export them (from public knowledge of their screens and of JY/T 1006): which heading
is which field, without help; and the page where a steward says it for the rest."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nanhu.platforms.datahub.known_sources import source
from nanhu.platforms.datahub.models import Batch, HeadingMap, LandingRow
from nanhu.platforms.datahub.reading.headers import Headings, label_of
from nanhu.platforms.datahub.tests.conftest import STUDENT_HEADER, id_number, register, student
from nanhu.platforms.people.models import Affiliation, Person

ORDER = {
    "aa.students": "campus_no name sex birth_date ethnicity id_number unit_name category starts_on ends_on status phone",
    "hr.staff": "campus_no name sex birth_date ethnicity id_number unit_name category starts_on status phone email",
    "sa.contacts": "campus_no name phone guardian_phone",
    "org.units": "code name short_name parent_code kind",
    "sec.temporary": "campus_no name sex id_number unit_name category starts_on ends_on phone",
}
"""Of each layout the fields in this order; "-" where it has none; what stands after "|" is not ours."""
LAYOUTS = [
    (
        "aa.students",
        "学号 姓名 性别 出生日期 民族 身份证号 班级名称 培养层次 入学日期 预计毕业日期 学籍状态 联系电话 | 学院 专业 年级 学制",
    ),
    (
        "aa.students",
        "学号 姓名 性别 出生日期 民族 身份证号码 行政班 学生类别 入学年月 毕业日期 在校状态 手机号 | 序号 院系 专业名称 政治面貌",
    ),
    ("aa.students", "XH XM XB CSRQ MZ SFZH BJMC PYCC RXRQ BYRQ XJZT LXDH | XYMC ZYMC NJ"),
    ("aa.students", "XH XM XBM CSRQ MZM SFZJH BJ XSLBM RXNY YJBYRQ XSDQZTM SJH | YXSH ZYM"),
    (
        "aa.students",
        "学生学号 学生姓名 性别 出生年月 民族 证件号码 所在班级 学历层次 入学时间 毕业时间 学生状态 手机 | 所在学院",
    ),
    (
        "aa.students",
        "*学号 *姓名 *性别 出生日期(YYYYMMDD) 民族 *证件号码 *行政班级名称 *层次 *入学日期 预计毕业年月 学籍状态名称 移动电话 | 备注",
    ),
    (
        "aa.students",
        "学号* 姓名* 性别 生日 民族成份 公民身份号码 班级 办学层次 报到日期 预计毕业时间 当前状态 手机号码 | 考生号 录取批次",
    ),
    (
        "aa.students",
        "学生编号 中文姓名 性别码 出生日期 民族码 身份证件号 班级简称 学生类型 入校时间 应毕业日期 学籍状态码 本人电话 | 校区",
    ),
    (
        "aa.students",
        "StudentID Name Gender Birthday Nation IDNumber Class Level EnrollDate GraduationDate Status Mobile | College Major",
    ),
    (
        "aa.students",
        "student_no full_name sex date_of_birth ethnicity id_card class_name student_type admission_date end_date student_status phone | dept",
    ),
    (
        "aa.students",
        "学号/StudentNo 姓名/Name 性别/Sex 出生日期/Birthday 民族/Ethnicity 证件号/ID 班级/Class 培养层次/Level 入学日期/Start 毕业日期/End 状态/Status 电话/Tel | 国家/Country",
    ),
    ("aa.students", "学工号 姓名 性别 - 民族 身份证 所在行政班 学习层次 入学年份 - 学籍情况 联系方式 | 宿舍"),
    (
        "aa.students",
        "1.学号 2.姓名 3.性别 4.出生日期 5.民族 6.身份证号 7.班级 8.层次 9.入学日期 10.毕业日期 11.学籍状态 12.手机 | 13.备注",
    ),
    (
        "aa.students",
        "学号 姓名 性别 出生时间 族别 居民身份证号 班名 学生类别名称 注册入学日期 毕业年月 学籍状态 本人手机号 | 曾用名",
    ),
    ("aa.students", "xh xm xb csrq mz sfzjhm xzbmc pyccm rxsj yjbysj xjztm sjhm | xymc zymc njmc"),
    (
        "hr.staff",
        "工号 姓名 性别 出生日期 民族 身份证号 部门 人员类别 来校日期 当前状态 手机 电子邮箱 | 职称 学历 学位",
    ),
    (
        "hr.staff",
        "职工号 姓名 性别 出生年月 民族 身份证号码 单位名称 编制类别 来校年月 在职状态 手机号码 邮箱 | 职务 政治面貌",
    ),
    ("hr.staff", "ZGH XM XB CSRQ MZ SFZH DWMC BZLB LXRQ DQZT SJH DZXX | ZC ZW"),
    ("hr.staff", "JZGH XM XBM CSRQ MZM SFZJH DWMC JZGLB LXNY JZGDQZTM YDDH DZYX | ZC"),
    ("hr.staff", "人员编码 姓名 性别 出生日期 民族 证件号码 所属部门 人员类别 入职日期 人员状态 手机 邮箱 | 组织 岗位"),
    (
        "hr.staff",
        "员工编号 员工姓名 性别 生日 民族 身份证号 所在部门 员工类型 入职时间 员工状态 手机号 电子邮件 | 职级 直接上级",
    ),
    (
        "hr.staff",
        "员工工号 中文姓名 性别 出生日期 民族 证件号 行政组织 用工类型 入司日期 职工状态 移动电话 电子信箱 | 公司",
    ),
    (
        "hr.staff",
        "教工号 教工姓名 性别 出生日期 民族 身份证件号 所在单位 用工性质 进校时间 教职工当前状态 联系电话 E-mail | 岗位类别",
    ),
    (
        "hr.staff",
        "教职工号 教职工姓名 性别 出生日期 民族 证件号码 所在二级单位 教职工类别 进校日期 教职工状态 联系手机 邮箱地址 | 研究方向",
    ),
    (
        "hr.staff",
        "EmployeeID Name Gender BirthDate Ethnicity IDNumber Department EmploymentType HireDate Status Mobile Email | Title",
    ),
    (
        "hr.staff",
        "emp_no full_name sex dob nation idcard_no dept_name staff_type join_date employee_status cell_phone mail | position",
    ),
    (
        "hr.staff",
        "人事编号 人员姓名 性别 出生日期 民族 身份证号码 工作部门 用工形式 到校时间 在岗状态 手机号 电子邮箱 | 银行账号",
    ),
    (
        "hr.staff",
        "*工号 *姓名 *性别 *出生日期 民族 *证件号码 *单位 *人员类型 *到校日期 *状态(在职/退休) 电话 邮箱 | 籍贯",
    ),
    (
        "hr.staff",
        "职工编号 职工姓名 性别 出生年月日 民族 公民身份号码 院系 编制性质 参加本单位工作时间 人员当前状态 联系方式 电子邮箱地址 | 档案号",
    ),
    ("hr.staff", "教师工号 教师姓名 性别 - 民族 身份证号 学院 聘用类型 入校日期 - 手机 邮箱 | 教研室"),
    ("sa.contacts", "学号 姓名 联系电话 家长电话 | 班级 宿舍"),
    ("sa.contacts", "XH XM SJH JZDH | BJ"),
    ("sa.contacts", "学生学号 学生姓名 学生手机号 监护人电话 | 辅导员"),
    ("sa.contacts", "学号 姓名 本人联系电话 紧急联系人电话 | QQ号 微信"),
    ("org.units", "单位号 单位名称 单位简称 隶属单位号 单位类别 | 单位负责人"),
    ("org.units", "DWH DWMC DWJC LSDWH DWLB | SFYX"),
    ("org.units", "部门编码 部门名称 部门简称 上级部门编码 部门类型 | 排序"),
    ("org.units", "机构编码 机构全称 机构简称 上级机构编码 组织类型 | 成立日期"),
    ("sec.temporary", "临时证号 姓名 性别 身份证号 用工单位 工种 生效日期 有效期至 联系电话 | 照片"),
    ("sec.temporary", "出入证号 人员姓名 性别 证件号码 施工单位 人员类别 办证日期 截止日期 手机 | 车牌号"),
]


def expected_of(key, layout):
    ours = [label_of(text) for text in layout.partition("|")[0].split()]
    fields = ORDER[key].split()
    assert len(ours) == len(fields), layout
    return {name: header for name, header in zip(fields, ours, strict=True) if header != "-"}


def headers_of(layout):
    return [label_of(text) for text in layout.replace("|", " ").split() if text != "-"]


def found_in(key, layout):
    return Headings(source(key)).claims(headers_of(layout)).columns


def test_nine_of_ten_foreign_layouts_are_mapped_without_help():
    """Whole: each field that the layout has, and no heading taken for another."""
    wrong = [
        (layout, {n: (h, found.get(n)) for n, h in wanted.items() if found.get(n) != h})
        for key, layout in LAYOUTS
        if (wanted := expected_of(key, layout)) != (found := found_in(key, layout))
        and ({n: found.get(n) for n in wanted} != wanted or set(found.values()) - set(wanted.values()))
    ]
    assert len(LAYOUTS) == 40
    assert len(wrong) <= len(LAYOUTS) // 10, wrong


def test_no_heading_is_ever_taken_for_another():
    for key, layout in LAYOUTS:
        wanted = expected_of(key, layout)
        assert all(wanted.get(name, header) == header for name, header in found_in(key, layout).items()), layout


# The first file of a new shape

NEW_HEADER = "编码,称呼,男女,证号,所在,类,何时来,备注"


def new_row(no="14231100001", name="李明", document=None, **_other):
    return f"{no},{name},男,{document or id_number()},计科23-1班,统招本科,2023-09-01,"


def hand_in_by_page(client, content, name="新.csv", **more):
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    return client.post("/datahub/upload/", {"source": "aa.students", "file": file} | more)


@pytest.mark.django_db
def test_a_new_shape_is_mapped_once_in_the_browser_and_known_from_then_on(steward, units, run_jobs):
    rows = [
        new_row(no=f"142311000{n:02d}", name=f"李{'一二三四五六'[n % 6]}", document=id_number(order=n))
        for n in range(1, 7)
    ]
    hand_in_by_page(steward, "\n".join([NEW_HEADER, *rows]) + "\n")
    run_jobs()
    batch = Batch.objects.latest("id")
    assert batch.state == "unmapped"
    assert Person.objects.filter(affiliations__kind="student").count() == 0
    form = steward.get(f"/datahub/batches/{batch.id}/map/").context["form"]
    first = {field.html_name: field.initial or "" for field in form}
    assert (first["column-campus_no"], first["column-id_number"]) == ("编码", "证号"), "guessed by content"
    assert (first["column-name"], first["column-sex"], first["column-category"]) == ("称呼", "男女", "类")
    assert id_number(order=1) not in steward.get(f"/datahub/batches/{batch.id}/map/").content.decode()
    assert steward.post(f"/datahub/batches/{batch.id}/map/", first | {"column-name": ""}).status_code == 422
    assert steward.post(f"/datahub/batches/{batch.id}/map/", first | {"column-name": "编码"}).status_code == 422
    steward.post(f"/datahub/batches/{batch.id}/map/", first | {"column-unit_name": "所在"})
    run_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.counts["accepted"]) == ("applied", 6)
    hand_in_by_page(
        steward, "\n".join([NEW_HEADER, *rows, new_row(no="14231100099", name="新来", document=id_number(order=99))])
    )
    run_jobs()
    assert Batch.objects.latest("id").state == "applied"
    assert HeadingMap.objects.count() == 1
    assert Affiliation.objects.filter(kind="student").count() == 7


@pytest.mark.django_db
def test_what_no_column_says_is_said_once_for_all_rows(steward, units, run_jobs):
    header = register().strip().replace("学生类别", "备考").split(",")
    content = register(student(学生类别="—"), header=",".join(header))
    hand_in_by_page(steward, content)
    run_jobs()
    batch = Batch.objects.latest("id")
    assert batch.state == "unmapped"
    form = steward.get(f"/datahub/batches/{batch.id}/map/").context["form"]
    said = {field.html_name: field.initial or "" for field in form} | {"all-category": "统招本科"}
    steward.post(f"/datahub/batches/{batch.id}/map/", said)
    run_jobs()
    assert Affiliation.objects.get(kind="student").category == "undergraduate"
    row = LandingRow.objects.get(batch=batch)
    assert steward.get(f"/datahub/rows/{row.id}/").status_code == 200


@pytest.mark.django_db
def test_another_sources_file_and_what_is_no_list_of_people_stay_refused(steward, units, run_jobs):
    for content in (register(student()).replace("学号", "工号号"), "品名,数量,单价\n纸,3,5\n笔,4,6\n"):
        hand_in_by_page(steward, content, source="hr.staff")
        run_jobs()
    assert not Batch.objects.filter(state="applied", source="hr.staff").exists()


# Two columns of one field

TWO_PHONES = STUDENT_HEADER + ",手机号码"


def with_phone(other, **cells):
    return f"{student(**cells)},{other}"


def mapped(steward, run_jobs, answer):
    """The newest batch asks; `answer`: what the clerk chooses for the phone."""
    batch = Batch.objects.latest("id")
    assert (batch.state, Person.objects.filter(affiliations__kind="student").count()) == ("unmapped", 0)
    form = steward.get(f"/datahub/batches/{batch.id}/map/").context["form"]
    first = {field.html_name: field.initial or "" for field in form}
    assert steward.post(f"/datahub/batches/{batch.id}/map/", first).status_code == 422, "it is chosen, never guessed"
    chosen = next(key for key, words in form.fields["column-phone"].choices if words == answer)
    assert steward.post(f"/datahub/batches/{batch.id}/map/", first | {"column-phone": chosen}).status_code == 302
    run_jobs()
    batch.refresh_from_db()
    assert batch.state == "applied"
    return batch


def phones():
    ties = Affiliation.objects.filter(kind="student").select_related("person").order_by("campus_no")
    return [tie.person.phone for tie in ties]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("联系电话", ["13800138001", None]),
        ("手机号码", ["13900139001", "13900139002"]),
        ("先用“联系电话”，空的用“手机号码”", ["13800138001", "13900139002"]),
        ("都不用", [None, None]),
    ],
)
def test_of_two_columns_of_one_field_the_clerk_says_once_which_counts(steward, units, run_jobs, answer, found):
    rows = [
        with_phone("13900139001", phone="13800138001"),
        with_phone("13900139002", no="14231100002", name="王五", document=id_number(order=3), phone=""),
    ]
    hand_in_by_page(steward, register(*rows, header=TWO_PHONES))
    run_jobs()
    batch = mapped(steward, run_jobs, answer)
    assert phones() == found
    landed = LandingRow.objects.filter(batch=batch)
    assert not any("1390013900" in str(row.raw) or "1380013800" in str(row.raw) for row in landed), "both are sealed"
    again = [*rows, with_phone("", no="14231100003", name="赵六", document=id_number(order=5), phone="13800138003")]
    hand_in_by_page(steward, register(*again, header=TWO_PHONES), name="下月.csv")
    run_jobs()
    assert Batch.objects.latest("id").state == "applied", "it is remembered"
    assert phones()[:2] == found
    assert HeadingMap.objects.count() == 1


@pytest.mark.django_db
def test_a_choice_of_columns_is_taken_back_for_the_next_file(steward, units, run_jobs):
    hand_in_by_page(steward, register(with_phone("13900139001", phone="13800138001"), header=TWO_PHONES))
    run_jobs()
    batch = mapped(steward, run_jobs, "联系电话")
    assert "重新对应" in steward.get(f"/datahub/batches/{batch.id}/").content.decode()
    assert steward.post(f"/datahub/batches/{batch.id}/forget-columns/").status_code == 302
    hand_in_by_page(steward, register(with_phone("13900139002", phone="13800138001"), header=TWO_PHONES), name="又.csv")
    run_jobs()
    assert Batch.objects.latest("id").state == "unmapped"


@pytest.mark.django_db
def test_a_row_read_from_two_columns_is_mended_in_either(steward, units, run_jobs):
    rows = [
        with_phone("13900139001", phone=""),
        with_phone("139", no="14231100002", name="", document=id_number(order=3)),
    ]
    hand_in_by_page(steward, register(*rows, header=TWO_PHONES))
    run_jobs()
    mapped(steward, run_jobs, "先用“手机号码”，空的用“联系电话”")
    row = LandingRow.objects.get(state="rejected")
    form = steward.get(f"/datahub/rows/{row.pk}/").context["form"]
    said = {field.html_name: field.initial or "" for field in form}
    places = {field.label: field.html_name for field in form}
    said |= {places["姓名"]: "王五", places["手机号码"]: "", places["联系电话"]: "13900139009"}
    assert steward.post(f"/datahub/rows/{row.pk}/", said).status_code == 302
    assert phones() == ["13900139001", "13900139009"]


@pytest.mark.django_db
def test_a_heading_that_stands_twice_is_asked_about_as_well(steward, units, run_jobs):
    header = STUDENT_HEADER + ",联系电话"
    hand_in_by_page(steward, register(with_phone("13900139001", phone="13800138001"), header=header))
    run_jobs()
    mapped(steward, run_jobs, "联系电话·2")
    assert phones() == ["13900139001"]
