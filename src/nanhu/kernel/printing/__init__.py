"""Printing (打印): what leaves the house on paper or as PDF, from typst templates, with a number and a code that anyone can check.

A room declares a `Paper` (`papers`): its template, its series of numbers, who may open what was issued. The school replaces a template
from a day on (`desk`). `services.issue` renders in a process without network and files (`compiling`), keeps the PDF (kernel.files) and
answers for it at `/v/<code>`. Owns templates and issued documents; what stands on them is the room's.
"""
