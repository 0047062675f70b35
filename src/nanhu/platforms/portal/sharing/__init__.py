"""数据共享申请: an office asks for rows of the hub; the data's owner agrees, then a data steward, and the grant holds."""
