-- Load for wrk: one page over kept connections, in turn with the cookies of a file (a line each; an empty one sends none, "Bearer …" a key, "From …" comes through the front proxy, "/…" asks for that page instead, without a cookie).
local wanted = { host = os.getenv("PAGE_HOST"), path = os.getenv("PAGE_PATH"), cookies = os.getenv("PAGE_COOKIES") }
local threads = {}

function setup(thread)
    thread:set("asked", #threads)
    threads[#threads + 1] = thread
end

function init()
    bad, bytes, requests = 0, 0, {}
    for line in io.lines(wanted.cookies) do
        local headers = { Host = wanted.host, Accept = "text/html", ["Accept-Encoding"] = "gzip" }
        if line:sub(1, 7) == "Bearer " then headers.Authorization = line elseif line:sub(1, 5) == "From " then headers["X-Forwarded-For"] = line:sub(6) elseif line ~= "" then headers.Cookie = line end
        local own = line:sub(1, 1) == "/"
        if own then headers.Cookie = nil end
        requests[#requests + 1] = wrk.format("GET", own and line or wanted.path, headers)
    end
end

function request()
    asked = asked + 1
    return requests[asked % #requests + 1]
end

function response(status, headers, body)
    if status ~= 200 then bad = bad + 1 end
    bytes = bytes + #body
end

function done(summary, latency)
    local failed, received = 0, 0
    for _, thread in ipairs(threads) do
        failed, received = failed + thread:get("bad"), received + thread:get("bytes")
    end
    io.write(string.format('{"pages": %d, "failures": %d, "seconds": %.4f, "bytes": %d, "p50_ms": %.3f, "p95_ms": %.3f, "p99_ms": %.3f}\n',
        summary.requests, failed, summary.duration / 1e6, received, latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
