"""Frequencies of names by generation. Sources: public reports of 公安部 on surnames and given names, rounded."""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from pathlib import Path

HERE = Path(__file__).parent

MEN_OF_1960 = "建国 建军 国强 志强 国华 建华 志明 国平 新民 卫东 建平 爱国 德明 学军 立新 跃进 光明 正国 福生 明远 文斌 伟 军 勇 刚 强 平 斌 辉 波 峰 涛 毅 健 敏 清 湘平 湘生 岳平 楚雄 志刚 铁牛 先明 应龙 国安 汉文 少华 祖德 先知 克勤 世杰 大为 长江 洪波 向东 红兵 援朝 和平 松柏 春生 秋生 冬生"
WOMEN_OF_1960 = "秀英 桂英 秀兰 玉兰 丽华 桂兰 秀珍 凤英 红 玲 芳 丽 敏 静 燕 艳 霞 萍 琴 英 华 梅 娟 莉 群 桃 湘云 湘莲 岳华 冬梅 春梅 秋菊 爱华 建英 素芳 淑芬 美玲 丽娟 玉珍 桂花 月娥 菊香 金莲 小红 小玲 海燕 红霞 志红 利群 亚男 慧 薇"
MEN_OF_1980 = "伟 磊 勇 涛 超 强 鹏 杰 军 浩 亮 俊 宇 斌 波 辉 剑 锋 飞 凯 帅 健 刚 明 平 海波 志勇 建波 文杰 俊杰 志伟 海涛 国庆 晓峰 晓东 文军 立军 湘军 岳峰 鹏飞 振宇 志华 新宇 卫华 海军 少波 东升 宏伟 立明 子健 天明 文涛 德华 远航 思源"
WOMEN_OF_1980 = "静 娟 燕 丽 艳 娜 芳 敏 霞 玲 婷 倩 颖 莉 洁 琳 丹 萍 雪 慧 佳 莹 璐 琼 薇 丽娟 海燕 晓燕 丽萍 文静 雪梅 晓红 晓丽 婷婷 湘玲 艳红 春燕 小燕 丽君 雅琴 亚兰 玉婷 美华 彩霞 红梅 金凤 思思 媛媛 莎莎 倩倩"
MEN_OF_2005 = "浩 宇 轩 杰 涛 鑫 俊 博 帆 凯 鹏 翔 阳 磊 豪 浩然 俊杰 宇轩 子轩 文博 志豪 子豪 浩宇 宇航 嘉豪 俊豪 家豪 文杰 天宇 思远 明轩 子涵 一鸣 一帆 皓轩 泽宇 梓豪 睿 文轩 宇翔 佳豪 鸿飞 志远 博文 俊熙 宇辰 天佑 嘉诚 弘毅 少杰 晨曦 旭 晗 昊 昊天 子昂 泽楷 泽民 湘楚 楚天 岳麓 君浩 健雄 锦程 思齐 景行 宏宇 瑞 圣杰 文韬 星宇 逸飞 哲 喆"
WOMEN_OF_2005 = "婷 欣怡 思雨 雨欣 佳怡 梦婷 诗琪 雅婷 思琪 梓涵 子涵 静 颖 欣 雨婷 佳慧 佳琪 梦瑶 紫涵 诗涵 可欣 雅琪 嘉欣 心怡 思颖 慧敏 文静 婉婷 雪 莹 琳 倩 悦 妍 瑶 馨怡 依依 语嫣 若曦 晓湖 湘怡 湘婷 芷若 沅芷 湘灵 静怡 雨晴 思思 佳欣 宇婷 艺璇 艺涵 子萱 梓萱 馨月 慧 玉婷 丽婷 晨曦 晓雯 雯 巧玲 梦洁 梦琪 钰 钰婷 舒雅 舒婷 清扬 书瑶 畅 乐瑶 曼婷 思源 淑敏 芳 丹丹 圆圆 露 璐 瑶瑶"
SYLLABLES_MEN = "子 浩 宇 俊 嘉 文 志 天 泽 明 思 博 家 佳 一 晨 弘 锦 国 建 海 晓 永 正 永 世 少 立 云 东 铭 智 承 景 逸 鸿 星 圣 振 瑞 成 新 湘 楚 卓 毅 致 宗 远 光"
ENDINGS_MEN = "轩 杰 豪 涛 宇 鹏 辉 强 明 华 文 林 峰 龙 伟 阳 飞 翔 航 毅 凯 康 成 平 军 勇 斌 波 海 洋 鑫 磊 睿 琦 洲 乐 远 源 恒 川 然 凡 帆 哲 昊 旭 晖 钧 铭 锋 权 武 安 霖 乾 坤"
SYLLABLES_WOMEN = "雨 思 佳 欣 梦 诗 雅 子 紫 梓 心 可 嘉 静 晓 慧 文 婉 雪 依 语 若 湘 芷 艺 馨 舒 清 书 乐 曼 淑 丽 玉 美 春 秋 海 红 金 小 亚 彩 碧 秀 凤 丹 巧 锦 钰"
ENDINGS_WOMEN = "婷 怡 欣 琪 涵 颖 萱 瑶 雯 玲 芳 娟 燕 丽 敏 静 莹 洁 琳 倩 雪 悦 妍 慧 芸 兰 梅 霞 萍 香 莲 云 英 平 晴 璇 宁 薇 蓉 媛 蕾 彤 溪 露 璐 楠 希 娜 嫣 曦 月 君 华 红"
RARE_CHARACTERS = "䶮㛃㑇𬱖𫍯㼆𠅤䴙㵾𬭎㻏"  # in GB18030, not in GBK: offices' old programs lose them

HAN_STYLE = {
    "02": "包 白 乌 康 佟 何",
    "03": "马 丁 李 杨 海 沙 白 哈 穆 撒 黄",
    "06": "石 龙 吴 麻 杨 田 滕 张 隆",
    "08": "韦 覃 黄 农 陆 梁 莫 蒙",
    "09": "王 罗 韦 岑 黄 班",
    "11": "关 佟 赵 金 王 傅 郎",
    "12": "杨 吴 石 粟 陆 龙 姚 梁",
    "13": "盘 赵 李 奉 邓 周 蒋 沈 唐 房",
    "14": "杨 李 赵 董 段 张 钟 王 谷 熊",
    "15": "向 彭 田 覃 冉 张 李 王 尚 梁 杨 黄",
    "22": "蓝 雷 钟 盘",
    "10": "金 朴 崔 李 郑 姜",
    "33": "余 杨 王 何",
}
DOTTED_MEN = "艾力 买买提 阿卜杜拉 吐尔逊 艾合买提 玉素甫 阿不都热合曼 库尔班 伊力哈木 阿迪力 麦麦提 艾尼瓦尔 热合曼 依明 努尔麦麦提"
DOTTED_WOMEN = "阿依古丽 古丽娜尔 热依汗 迪丽努尔 阿米娜 帕提古丽 祖丽胡玛尔 麦尔耶姆 茹仙古丽 努尔比耶 阿孜古丽"
DOTTED_FATHERS = "买买提 艾力 吐尔逊 阿卜杜拉 艾山 肉孜 依明 玉苏普 托合提 卡德尔 阿布都热依木 达吾提 亚森"
TIBETAN = "扎西 多吉 次仁 旦增 平措 罗布 尼玛 达瓦 洛桑 格桑 央金 卓玛 拉姆 德吉 白玛 仁青 顿珠 边巴 索朗 曲珍"
YI_CLANS = "阿苦 吉克 沙马 阿尔 马海 曲比 俄底 吉米 勒格 阿牛"
YI_GIVEN = "阿依 尔古 木乃 拉则 小龙 阿木 伍呷 日火 有子 阿牛"

FOREIGN_GIVEN = {
    "1": "MUHAMMAD AHMED ALI HASSAN USMAN IVAN DMITRI JOHN DAVID SOMCHAI ANH TUAN KOFI EMMANUEL MINH",
    "2": "FATIMA AYESHA NGOC LINH ANNA MARIA MINJI SUDA ABENA GRACE THU HOA OLGA SITA KEO",
}
FOREIGN_FAMILY = {
    "PAK": "KHAN|MALIK|HUSSAIN|BHATTI",
    "BGD": "RAHMAN|HOSSAIN|ISLAM|CHOWDHURY",
    "VNM": "NGUYEN|TRAN|LE|PHAM",
    "LAO": "VONGSA|PHOMMACHANH|SISAVATH",
    "THA": "SRISUK|CHAIYA|WONGSA",
    "RUS": "IVANOV|PETROV|SMIRNOV",
    "KOR": "KIM|LEE|PARK|CHOI",
    "NPL": "SHRESTHA|GURUNG|THAPA",
    "USA": "SMITH|JOHNSON|O'NEIL",
    "GBR": "BROWN|TAYLOR|WILSON",
    "JPN": "SATO|TANAKA|SUZUKI",
    "GHA": "MENSAH|OWUSU|BOATENG",
    "NGA": "ADEBAYO|OKAFOR|IBRAHIM",
    "KAZ": "NURLANOV|AKHMETOV",
    "IDN": "SANTOSO|WIJAYA",
}

HOMOPHONES = "伟炜玮|婷庭亭|佳嘉家|静婧敬|欣心馨|浩皓昊|宇雨羽|杰洁捷|轩萱宣|思诗斯|琪奇琦|怡宜仪|颖影|涛滔|鹏朋|博波|梦孟|文雯|丽莉利|明铭鸣|志智致|晓小|子梓紫|俊峻骏|辉晖|勇永|敏民|玲灵铃|芳方|娟涓"


@cache
def surnames() -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The surnames and their cumulative weights."""
    lines = (line.split("\t") for line in _lines("surnames.tsv"))
    pairs = [(name, int(weight)) for name, weight in lines]
    return tuple(name for name, _ in pairs), tuple(accumulate(weight for _, weight in pairs))


@cache
def variants() -> dict[str, str]:
    """Usual character → the variant characters seen instead of it."""
    return dict(line.split("\t") for line in _lines("variants.tsv"))


@cache
def usual_characters() -> dict[int, str]:
    """A translation table from variant to usual characters, without middle dots: what names are compared by."""
    table = {ord(variant): usual for usual, others in variants().items() for variant in others}
    return table | {ord("·"): ""}


@cache
def homophones() -> dict[str, str]:
    groups = HOMOPHONES.split("|")
    return {one: group.replace(one, "") for group in groups for one in group}


def _lines(file_name: str) -> list[str]:
    text = (HERE / file_name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def fold(name: str) -> str:
    """The name as it is compared: usual characters, no middle dot."""
    return name.translate(usual_characters())
