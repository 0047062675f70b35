"""Account recovery (找回): 查询账号, 忘记密码, verified phone and mail, the captcha."""
