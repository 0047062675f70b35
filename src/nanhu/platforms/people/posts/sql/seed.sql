INSERT INTO people_office (key, name, "order", created_at) VALUES
    ('head', '负责人', 10, now()),
    ('deputy', '副职', 20, now()),
    ('secretary', '书记', 30, now()),
    ('leader', '分管领导', 40, now()),
    ('teaching_secretary', '教学秘书', 50, now()),
    ('counsellor', '辅导员', 60, now()),
    ('asset_keeper', '资产员', 70, now()),
    ('finance_contact', '财务联络员', 80, now()),
    ('secrecy_officer', '保密员', 90, now());
