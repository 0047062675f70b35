INSERT INTO assets_class (code, name, is_depreciable, measure, holds_data) VALUES
    ('A01', '房屋和构筑物', true, '处', false), ('A0101', '房屋', true, '幢', false), ('A0102', '构筑物', true, '处', false),
    ('A0103', '土地', false, '宗', false),
    ('A02', '设备', true, '台', false), ('A0201', '信息化设备', true, '台', true), ('A0202', '办公设备', true, '台', false),
    ('A0203', '车辆', true, '辆', false), ('A0204', '图书档案设备', true, '台', false), ('A0205', '机械设备', true, '台', false),
    ('A0206', '电气设备', true, '台', false), ('A0208', '通信设备', true, '台', false), ('A0210', '仪器仪表', true, '台', false),
    ('A0232', '医疗设备', true, '台', false),
    ('A03', '文物和陈列品', false, '件', false), ('A0301', '文物', false, '件', false), ('A0302', '陈列品', false, '件', false),
    ('A04', '图书和档案', false, '册', false), ('A0401', '图书', false, '册', false), ('A0402', '档案', false, '卷', false),
    ('A05', '家具和用具', true, '件', false), ('A0501', '家具', true, '件', false), ('A0502', '用具', true, '件', false),
    ('A06', '特种动植物', false, '株', false), ('A07', '物资', false, '件', false), ('A08', '无形资产', false, '项', false);

UPDATE assets_class c SET parent_id = p.id FROM assets_class p WHERE length(c.code) = 5 AND p.code = left(c.code, 3);

INSERT INTO assets_service_life (public_id, code, name, years, starts_on, reason, created_by_name, created_at, withdrawn_by_name)
SELECT gen_random_uuid(), code, name, years, '2017-01-01', '财会〔2017〕4号', 'system:assets', now(), ''
  FROM (VALUES ('A0101', '房屋（钢筋混凝土结构）', 50), ('A0102', '构筑物', 8), ('A0201', '计算机设备', 6), ('A0202', '办公设备', 6),
               ('A0203', '车辆', 8), ('A0204', '图书档案设备', 5), ('A0205', '机械设备', 10), ('A0206', '电气设备', 5),
               ('A0208', '通信设备', 5), ('A0210', '仪器仪表', 5), ('A0232', '医疗设备', 5), ('A05', '家具、用具', 15)) AS life (code, name, years);

UPDATE assets_service_life SET most_years = 10 WHERE code = 'A0232';

INSERT INTO assets_figure (public_id, name, value, starts_on, reason, created_by_name, created_at, withdrawn_by_name)
SELECT gen_random_uuid(), name, value, '2017-01-01', reason, 'system:assets', now(), ''
  FROM (VALUES ('threshold_fen', 100000, '财会〔2017〕4号'), ('council_fen', 10000000, '国有资产管理办法'), ('finance_fen', 500000000, '国有资产管理办法'),
               ('large_fen', 40000000, '国有资产管理办法'),
               ('intent_permille', 1000, '国有资产管理办法'), ('neglect_permille', 500, '国有资产管理办法'),
               ('least_permille', 100, '国有资产管理办法')) AS figure (name, value, reason);
