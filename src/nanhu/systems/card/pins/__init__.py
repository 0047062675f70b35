"""Card PINs and limits (消费密码, 查询密码, 餐限额, 日限额)."""
