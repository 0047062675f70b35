"""What vendors and offices call our fields, beyond the headings of a source: names, abbreviations of JY/T 1006, English.

The earlier of a list is the surer. A heading of the source itself always comes first; two that claim one field: the surer has it."""

from collections.abc import Mapping
from typing import Final

ANYBODY: Final[Mapping[str, str]] = {
    "name": "姓名 中文姓名 人员姓名 人员名称 真实姓名 名称 名字 xm fullname name",
    "sex": "性别 性别码 性别代码 xb xbm xbdm gender sex",
    "birth_date": "出生日期 出生年月日 出生年月 出生时间 生日 出生 csrq csny birthday birthdate dateofbirth dob",
    "ethnicity": "民族 民族码 民族代码 民族成份 民族成分 族别 mz mzm mzdm nation ethnicity",
    "nationality": "国籍 国籍码 国籍地区 国籍/地区 国家地区 国家/地区 国家或地区 国别 国籍代码 gj gjm gjdq gjdqm nationality country",
    "document_kind": "证件类型 证件种类 证件类别 证件名称 身份证件类型 身份证件类型码 身份证类型 证件类型码 sfzjlx sfzjlxm zjlx zjlxm idtype",
    "id_number": (
        "证件号码 身份证件号 身份证件号码 身份证号 身份证号码 公民身份号码 证件号 身份证 身份号码 证件编号 居民身份证号 "
        "居民身份证号码 sfzjh sfzjhm sfzh sfzhm zjhm zjh idnumber idno idcard idcardno idcardnumber identityno"
    ),
    "phone": (
        "手机号码 手机号 手机 移动电话 本人手机 本人电话 本人手机号 本人联系电话 本人联系方式 联系手机 手机电话 联系电话 联系方式 电话号码 电话 "
        "sjh sjhm yddh lxdh lxfs dhhm mobile mobilephone cellphone phone phonenumber tel telephone"
    ),
    "email": "邮箱 电子邮箱 电子邮件 电子信箱 邮箱地址 邮件地址 电子邮件地址 电子邮箱地址 dzyx dzxx dzyj email mail emailaddress",
}
STUDENT: Final[Mapping[str, str]] = {
    "campus_no": "学号 学生学号 本人学号 学生编号 学生号 学工号 xh xsh xsbh studentid studentno studentnumber stuid stuno sid",
    "unit_code": (
        "班级代码 班级编号 班级号 班号 行政班代码 行政班编号 行政班级代码 所在班级代码 班级编码 所在班号 班代码 bjdm bjbh bjh bh "
        "xzbdm classcode classno classid"
    ),
    "unit_name": (
        "班级名称 班级 行政班 行政班级 行政班名称 行政班级名称 所在班级 所在行政班 班级简称 班名 所属班级 bjmc bj xzb xzbmc class classname"
    ),
    "category": (
        "学生类别 培养层次 学生类型 学历层次 层次 办学层次 学习层次 学生类别名称 培养层次名称 学生层次 xslb xslbm xslbmc pycc "
        "pyccm cc xlcc level studenttype degreelevel"
    ),
    "starts_on": (
        "入学日期 入学年月 入学时间 入校时间 入校日期 入校年月 报到日期 注册入学日期 rxrq rxny rxsj rxrqny "
        "enrollmentdate enrolldate admissiondate startdate"
    ),
    "ends_on": (
        "预计毕业日期 预计毕业年月 预计毕业时间 毕业日期 毕业年月 毕业时间 应毕业日期 预毕业日期 离校日期 yjbyrq yjbysj yjbyny byrq byny "
        "graduationdate expectedgraduation enddate"
    ),
    "status": (
        "学籍状态 学生当前状态 学籍状态码 学籍状态名称 学生状态 在校状态 当前状态 学籍情况 是否在籍 xjzt xjztm xjztmc xsdqzt "
        "xsdqztm xszt status studentstatus 状态"
    ),
}
STAFF: Final[Mapping[str, str]] = {
    "campus_no": (
        "工号 职工号 教工号 教职工号 职工编号 教工编号 教职工编号 教师工号 员工工号 员工编号 员工号 员工编码 人员编号 人员编码 人员代码 "
        "职工代码 职员代码 人事编号 学工号 gh zgh jgh jzgh jzgbh jsgh zgbh rybh rybm employeeid employeeno empno empid staffno staffid"
    ),
    "name": ANYBODY["name"] + " 教师姓名 教工姓名 教职工姓名 职工姓名 员工姓名 职员名称 员工名称 职员姓名",
    "unit_code": (
        "部门代码 单位代码 单位号 部门编码 部门编号 部门号 单位编码 单位编号 机构编码 机构代码 组织编码 所在单位代码 所在单位号 所在部门代码 所属部门编码 "
        "所属单位代码 二级单位代码 dwh dwdm dwbm bmdm bmbm bmbh bmh jgdm jgbm zzbm deptcode departmentcode deptid deptno orgcode"
    ),
    "unit_name": (
        "部门名称 部门 单位名称 单位 所在部门 所在单位 所属部门 所属单位 工作部门 工作单位 二级单位 所在二级单位 部门全称 单位全称 组织名称 行政组织 "
        "所在机构 机构名称 院系 所在院系 学院 dwmc bmmc jgmc szdw szbm ssbm dept department deptname organization"
    ),
    "category": (
        "人员类别 用工性质 编制类别 教职工类别 人员类型 人员性质 用工类型 用工形式 聘用类型 聘用形式 员工类别 员工类型 职工类别 编制 编制性质 "
        "人员类别名称 rylb rylbm rylbmc bzlb bzlbm jzglb jzglbm yglx ygxz employmenttype employeetype stafftype"
    ),
    "starts_on": (
        "来校日期 来校时间 来校年月 入职日期 入职时间 进校日期 进校时间 进校年月 到校日期 到校时间 入校日期 入校时间 到职日期 到岗日期 "
        "参加本单位工作时间 进入本单位时间 进本单位时间 入司日期 lxrq lxny lxsj jxrq rzrq rzsj dxrq hiredate entrydate joindate startdate"
    ),
    "ends_on": "离校日期 离校时间 离职日期 离职时间 离岗日期 离校年月 调离日期 lzrq lxrqz enddate leavedate terminationdate",
    "status": (
        "在岗状态 当前状态 人员状态 教职工当前状态 教职工状态 在职状态 职工状态 员工状态 岗位状态 在编状态 人员当前状态 dqzt dqztm dqztmc "
        "jzgdqzt jzgdqztm ryzt zgzt status employmentstatus employeestatus 状态"
    ),
}
CONTACTS: Final[Mapping[str, str]] = {
    "campus_no": STUDENT["campus_no"],
    "name": "学生姓名 姓名 xm xsxm name",
    "phone": ANYBODY["phone"] + " 学生手机 学生电话 学生联系电话 学生手机号",
    "guardian_phone": "家长电话 家长手机 家长联系电话 家长手机号 父母电话 监护人电话 紧急联系人电话 紧急联系电话 jzdh jjlxrdh",
}
UNITS: Final[Mapping[str, str]] = {
    "code": "机构代码 单位代码 部门代码 单位号 机构编码 部门编码 单位编码 组织编码 部门编号 机构编号 dwh dwdm bmdm bmbm jgdm code deptcode orgcode",
    "name": "机构名称 单位名称 部门名称 组织名称 单位全称 机构全称 部门全称 dwmc bmmc jgmc name deptname orgname",
    "short_name": "简称 单位简称 机构简称 部门简称 dwjc bmjc jgjc shortname",
    "parent_code": (
        "上级机构代码 上级代码 隶属单位号 上级单位代码 上级部门代码 上级机构编码 上级部门编码 上级单位号 上级编码 隶属单位代码 "
        "父级代码 lsdwh sjdwdm sjbmdm fjdm pid parentcode parentid"
    ),
    "kind": "机构类型 单位类型 部门类型 单位类别 机构类别 组织类型 dwlx dwlb dwlbm jglx bmlx type orgtype",
}
OF_SOURCE: Final[Mapping[str, Mapping[str, str]]] = {
    "org.units": UNITS,
    "hr.staff": {**ANYBODY, **STAFF},
    "aa.students": {**ANYBODY, **STUDENT},
    "sa.contacts": CONTACTS,
    "sec.temporary": {
        **ANYBODY,
        "campus_no": "证号 临时证号 临时证编号 出入证号 通行证号 人员编号 证件编号(校内) lszh",
        "unit_code": STAFF["unit_code"],
        "unit_name": STAFF["unit_name"] + " 用工单位 施工单位 服务单位",
        "category": "类型 人员类型 人员类别 临时人员类别 用工类型 工种",
        "starts_on": "有效期起 开始日期 生效日期 起始日期 有效期开始 办证日期 yxqq",
        "ends_on": "有效期止 结束日期 失效日期 截止日期 有效期至 到期日期 yxqz",
    },
}


def ranks_of(source: str) -> dict[str, list[str]]:
    """Our field → what it may be called, the surer first."""
    return {name: text.split() for name, text in OF_SOURCE.get(source, {}).items()}
