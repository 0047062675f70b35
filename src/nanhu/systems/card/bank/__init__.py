"""Money from outside (圈存, 签约, 在线充值): bank agreements, loads, notices, their reconciliation."""
