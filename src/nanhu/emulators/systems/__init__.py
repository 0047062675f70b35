"""Thirteen business systems of other vendors (业务系统), in one process: each with its own address, cookie and python-cas
client. With the OA of `emulators.office` they are the fourteen that one sign-in opens and one sign-out closes.
"""
