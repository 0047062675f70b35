"""企业微信 (developer.work.weixin.qq.com): callbacks' encryption, tokens under a lock, a thin client of the dozen calls that are needed."""
