"""Files (文件): kept by the SHA-256 of their content below the data folder, each holding with its purpose, retention and hold.

A room declares a `Purpose` (`purposes`): which kinds it takes, how large, how long they are kept and who may open them. What a file
is, its content says (`kinds`). Originals (PDF, OFD, XML) stay byte-equal, images are made anew without EXIF. `services` keeps, holds
and removes, `views` hands out. Web and worker write; the gateway never does.
"""
