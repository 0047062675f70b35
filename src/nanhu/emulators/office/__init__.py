"""「OA 办公系统」: an application of another vendor that signs people in through CAS with the python-cas client.

It stands outside the house and knows it by the CAS protocol alone; `application.py` holds the WSGI application.
"""
