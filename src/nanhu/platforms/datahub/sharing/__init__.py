"""Sharing (数据共享): shared tables read by other programs, each by a grant, through the open API."""
