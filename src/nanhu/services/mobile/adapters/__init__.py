"""Vendors of a contact book and messages behind one port; 企业微信 is the one that is built."""
