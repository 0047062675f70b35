"""What the demo prints once the campus serves: where to go and as whom."""

from nanhu.kernel.configuration import Configuration
from nanhu.platforms.parties import wire as parties
from nanhu.sample.cast import CAST, Member

SAMPLE_PASSWORD = "Nanhu-lake-2026"  # noqa: S105  printed for everybody who runs the demo, refused outside it
LINES = (
    ("student", "学生"),
    ("teacher", "教职工，也经营一个窗口（商户）"),
    ("clerk", "校园卡柜员，也是信息中心资产员"),
    ("treasurer", "一卡通财务，也是资产会计"),
    ("assets", "国资处"),
    ("administrator", "系统管理员，也是报修调度、信息中心答复咨询"),
    ("security", "安全管理员，也是网络工程师、第二名柜员、弱电班班长"),
    ("affairs", "党政办：受理投诉、研判舆情"),
    ("auditor", "审计管理员"),
)


PARTIES = {
    "invoices": "发票查验",
    "degrees": "学历学位",
    "works": "DOI",
    "quotas": "财政一体化",
    "enrolment": "学信网",
    "tax": "扣缴端",
}


def parties_lines(configuration: Configuration) -> str:
    """Each in a process of its own; the payroll bank is that of the phones."""
    ports = [f"{name} http://localhost:{parties.emulated_port(configuration, key)}/" for key, name in PARTIES.items()]
    return "、".join([*ports, f"代发 http://localhost:{configuration.outside_port}/payroll/"])


def pin_of(member: Member) -> str:
    return member.id_number[-6:].replace("X", "0")


def welcome(configuration: Configuration) -> str:
    newcomer, student = CAST["newcomer"], CAST["student"]
    people = "\n".join(
        f"    {title:<6}\t{CAST[role].name}\t{CAST[role].campus_no}\t{SAMPLE_PASSWORD}" for role, title in LINES
    )
    return f"""
南湖已经开门。按 Ctrl-C 全部停止；再次 make demo 几秒钟就能回来，数据都在。

    门户        {configuration.public_url}/
    消费机      http://localhost:{configuration.emulator_port}/
    自助终端    http://localhost:{configuration.kiosks_port}/ （圈存机、补卡机、一体机）
    门禁        http://localhost:{configuration.kiosks_port}/doors/
    校外手机    http://localhost:{configuration.outside_port}/ （云闪付、完美校园、农业银行）
    企业网银    http://localhost:{configuration.outside_port}/bank/ （交付款文件）
    开放接口    {configuration.public_url}/api/card/ （样例厂商的密钥在 {configuration.data_dir}/emulators/vendor.json）
    OA 系统     http://localhost:{configuration.office_port}/
    接入样例    http://localhost:{configuration.samples_port}/ （让外部系统变慢、出错，看门户怎么样）
    业务系统    http://localhost:{configuration.vendors_port}/ （十四个，数据共享中心在读：改一行、少一行、停机）
    数据使用方  http://localhost:{configuration.consumer_port}/ （另一家单位的程序：听到变化，接着读人员主数据）
    短信服务商  http://localhost:{configuration.sms_port}/ （按阿里云、腾讯云的签名收下每条短信）
    企业微信    http://localhost:{configuration.wecom_port}/ （每个成员一部手机：加入、收消息、点进移动校园）
    无线控制器  http://localhost:{configuration.wlan_port}/ （几部手机连上无线网，被带到认证页 /wifi/ 上线、下线）
    校外单位    {parties_lines(configuration)}
    学生认证    {configuration.public_url}/mobile/certify/
    样例手机    {configuration.public_url}/demo/phone （收验证码；管理员登录第二步的动态口令也在这里）
    终端网关    http://localhost:{configuration.gateway_port}/

登录（身份　姓名　学工号　密码）：
{people}
    新生激活\t{newcomer.name}\t{newcomer.campus_no}\t初始值 {newcomer.id_number[-6:]}，证件号 {newcomer.id_number}

校园卡的两个密码起初都是证件号后六位（X 当 0）：{student.name} {pin_of(student)}。各人的证件号、银行卡号在“校外手机”页上。
"""
