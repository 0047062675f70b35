-- Load for wrk: questions of RADIUS (sign-ins, accounting) from a file, one a line, in turn over each thread's connections.
local wanted = { host = os.getenv("RADIUS_HOST"), file = os.getenv("RADIUS_BODIES"), key = os.getenv("RADIUS_KEY"), door = os.getenv("RADIUS_DOOR"), type = os.getenv("RADIUS_TYPE") }
local threads = {}

function setup(thread)
    thread:set("own", #threads)
    threads[#threads + 1] = thread
end

function init()
    good, bad, forms = 0, 0, {}
    local headers = { Host = wanted.host, ["X-Nanhu-Radius-Key"] = wanted.key, ["Content-Type"] = wanted.type }
    for line in io.lines(wanted.file) do
        forms[#forms + 1] = wrk.format("POST", "/radius/" .. wanted.door, headers, line)
    end
    at = own * math.floor(#forms / 2)
end

function request()
    at = at % #forms + 1
    return forms[at]
end

function response(status)
    if status == 200 or status == 204 then good = good + 1 else bad = bad + 1 end
end

function done(summary, latency)
    local done, failed = 0, summary.errors.connect + summary.errors.read + summary.errors.timeout
    for _, thread in ipairs(threads) do
        done, failed = done + thread:get("good"), failed + thread:get("bad")
    end
    io.write(string.format('{"done": %d, "failures": %d, "seconds": %.4f, "p50_ms": %.3f, "p99_ms": %.3f}\n', done, failed,
        summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
