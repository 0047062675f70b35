"""Forms of assets (电子表格): old cards, the national table of classes, RFID tags, and finance's cards of a month."""

from typing import Final

from nanhu.kernel.sheets import Column, Sheet, choice, day, phrase, yuan

LONGEST_NAME: Final = 100
"""As the shared table has it."""
YES_OR_NO: Final = {"是": True, "否": False}
CARDS: Final = Sheet(
    Column("former_number", "资产编号", also=("原资产编号", "卡片编号"), kind=phrase(40), needed=True, width=20),
    Column("name", "资产名称", also=("名称",), kind=phrase(LONGEST_NAME), needed=True, width=24),
    Column("classification", "分类代码", also=("国标分类代码", "资产分类代码"), needed=True),
    Column("model", "规格型号", also=("型号",), kind=phrase(LONGEST_NAME), width=20),
    Column("maker", "厂家", also=("生产厂家", "品牌"), kind=phrase(LONGEST_NAME)),
    Column("serial", "序列号", also=("出厂号",), kind=phrase(LONGEST_NAME)),
    Column("quantity", "数量", width=8),
    Column("value", "原值（元）", also=("原值", "账面原值", "价值"), kind=yuan, needed=True),
    Column("carried", "累计折旧（元）", also=("累计折旧",), kind=yuan),
    Column("acquired_on", "取得日期", kind=day, needed=True),
    Column("put_into_use_on", "投入使用日期", also=("启用日期",), kind=day),
    Column("unit", "使用部门", also=("使用单位", "部门"), needed=True, width=20),
    Column("keeper", "领用人工号", also=("使用人工号", "工号")),
    Column("room", "存放地点", also=("房间代码", "地点"), width=18),
    Column("is_low_value", "低值品", also=("是否低值",), kind=choice(YES_OR_NO), choices=("是", "否"), width=8),
    most=20_000,
    named_by=("former_number", "name"),
)
CLASSES: Final = Sheet(
    Column("code", "分类代码", also=("国标分类代码", "资产分类代码", "代码"), needed=True),
    Column("name", "分类名称", also=("资产分类名称", "名称"), kind=phrase(60), needed=True, width=30),
    Column("measure", "计量单位", also=("单位",), kind=phrase(8), width=10),
    Column("is_depreciable", "计提折旧", also=("是否折旧",), kind=choice(YES_OR_NO), choices=("是", "否"), width=10),
    Column("holds_data", "存有数据", also=("处置前清除数据",), kind=choice(YES_OR_NO), choices=("是", "否"), width=10),
    most=20_000,
    named_by=("code", "name"),
)
TAGS: Final = Sheet(
    Column("number", "资产编号", needed=True, width=22),
    Column("tag", "标签号", also=("EPC", "RFID", "RFID标签号"), needed=True, width=30),
    Column("name", "资产名称", also=("名称",), width=24),
    most=20_000,
    named_by=("number",),
)
READ_TAGS: Final = Sheet(
    Column("tag", "标签号", also=("EPC", "RFID", "RFID标签号", "资产编号"), needed=True, width=30),
    most=5_000,
    named_by=("tag",),
)
FINANCE: Final = Sheet(
    Column("number", "资产编号", needed=True, width=22),
    Column("value", "原值（元）", also=("原值", "1601"), kind=yuan, needed=True),
    Column("accumulated", "累计折旧（元）", also=("累计折旧", "1602"), kind=yuan, needed=True),
    Column("why", "差异说明", also=("说明",), width=30),
    most=120_000,
    named_by=("number",),
)
