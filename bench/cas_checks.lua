-- Load for wrk: validation alone, of tickets from a file; each of the eight threads takes every eighth.
local threads = {}
local number = 0

function setup(thread)
    number = number + 1
    thread:set("place", number)
    threads[#threads + 1] = thread
end

function init()
    good, bad, asked = 0, 0, 0
    local escaped = os.getenv("FLOW_SERVICE"):gsub("[^%w%-_.~]", function(letter) return string.format("%%%02X", letter:byte()) end)
    validation = os.getenv("FLOW_VALIDATE") .. "?service=" .. escaped .. "&ticket="
    host = os.getenv("FLOW_HOST")
    tickets = {}
    local line = 0
    for ticket in io.lines(os.getenv("FLOW_TICKETS")) do
        line = line + 1
        if line % 8 == place % 8 then tickets[#tickets + 1] = ticket end
    end
end

function request()
    asked = asked + 1
    if asked >= #tickets then wrk.thread:stop() end
    return wrk.format("GET", validation .. (tickets[asked] or "ST-none"), { Host = host })
end

function response(status, headers, body)
    if body:find("<cas:user>", 1, true) then good = good + 1 elseif asked <= #tickets then bad = bad + 1 end
end

function done(summary, latency)
    local checked, failed = 0, 0
    for _, thread in ipairs(threads) do
        checked, failed = checked + thread:get("good"), failed + thread:get("bad")
    end
    io.write(string.format('{"flows": %d, "failures": %d, "seconds": %.4f, "p50_ms": %.3f, "p99_ms": %.3f}\n', checked, failed,
        summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
