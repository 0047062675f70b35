"""Which systems there are. Their addresses are folders of one origin: /library/, /finance/ …"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """`lines`: what its first page lists, (what, note)."""

    key: str
    name: str
    seal: str
    owner: str
    lines: tuple[tuple[str, str], ...]


SYSTEMS = (
    System(
        key="academic",
        name="教务系统",
        seal="教",
        owner="教务处",
        lines=(
            ("第二学期选课", "12月8日 12:00 开始"),
            ("调课申请", "1 件等您确认"),
            ("成绩录入", "1月10日截止"),
        ),
    ),
    System(
        key="hr",
        name="人事系统",
        seal="人",
        owner="人事处",
        lines=(
            ("年度考核表", "12月2日前提交"),
            ("职称申报", "材料已收"),
            ("请假登记", "本月 0 天"),
        ),
    ),
    System(
        key="finance",
        name="财务系统",
        seal="财",
        owner="计划财务处",
        lines=(
            ("差旅报销", "1 笔待审核"),
            ("学费住宿费", "本学年已缴"),
            ("酬金发放", "11月25日"),
        ),
    ),
    System(
        key="library",
        name="图书馆",
        seal="书",
        owner="图书馆",
        lines=(
            ("在借图书", "3 册，最近 12月3日 到期"),
            ("预约到馆", "《岳阳楼记校注》可取"),
            ("座位", "南院三楼有空位"),
        ),
    ),
    System(
        key="dormitory",
        name="宿舍管理",
        seal="舍",
        owner="学生工作处",
        lines=(
            ("晚归登记", "本周 0 次"),
            ("水电余额", "36.20 元"),
            ("调宿申请", "未提出"),
        ),
    ),
    System(
        key="onboarding",
        name="迎新系统",
        seal="迎",
        owner="学生工作处",
        lines=(
            ("报到办理", "已完成"),
            ("绿色通道", "未申请"),
            ("军训服装", "已领取"),
        ),
    ),
    System(
        key="departure",
        name="离校系统",
        seal="离",
        owner="学生工作处",
        lines=(
            ("离校手续", "尚未开始"),
            ("图书归还", "3 册在借"),
            ("退宿", "毕业后办理"),
        ),
    ),
    System(
        key="research",
        name="科研系统",
        seal="研",
        owner="科研处",
        lines=(
            ("项目中期检查", "12月15日截止"),
            ("成果登记", "2 项待核"),
            ("经费到账", "本月 1 笔"),
        ),
    ),
    System(
        key="assets",
        name="资产系统",
        seal="资",
        owner="国有资产处",
        lines=(
            ("年度盘点", "3 件待确认"),
            ("领用申请", "无待办"),
            ("报废鉴定", "无待办"),
        ),
    ),
    System(
        key="websites",
        name="站群系统",
        seal="站",
        owner="党委宣传部",
        lines=(
            ("待审稿件", "2 篇"),
            ("栏目更新", "7 天未更新 1 个"),
            ("友情链接检查", "正常"),
        ),
    ),
    System(
        key="mail",
        name="企业邮箱",
        seal="邮",
        owner="信息中心",
        lines=(
            ("未读邮件", "5 封"),
            ("容量", "已用 18%"),
            ("代收设置", "未开启"),
        ),
    ),
    System(
        key="learning",
        name="网络教学平台",
        seal="学",
        owner="教务处",
        lines=(
            ("本周作业", "2 份"),
            ("讨论区", "3 条新回复"),
            ("在线测验", "12月1日开放"),
        ),
    ),
    System(
        key="labs",
        name="仪器共享平台",
        seal="仪",
        owner="实验室管理处",
        lines=(
            ("预约机时", "周四 14:00 扫描电镜"),
            ("培训资格", "2 台有效"),
            ("费用结算", "本月 120.00 元"),
        ),
    ),
)
