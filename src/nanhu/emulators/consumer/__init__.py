"""A program of another company that follows a product of the hub (数据使用方样例): it is told that there is news, reads from its
cursor on, and shows what it holds and what went over the wire.
"""
