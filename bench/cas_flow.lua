-- Load for wrk: each connection walks the whole of CAS as a browser and its application do, ticket then validation.
-- One connection a thread (wrk -tN -cN), since wrk does not say which connection an answer belongs to.
local wanted = { host = os.getenv("FLOW_HOST"), cookie = os.getenv("FLOW_COOKIE"), service = os.getenv("FLOW_SERVICE"),
                 login = os.getenv("FLOW_LOGIN"), validate = os.getenv("FLOW_VALIDATE") }
local threads = {}
local ticket

function setup(thread)
    threads[#threads + 1] = thread
end

function init()
    good, bad = 0, 0
    local escaped = wanted.service:gsub("[^%w%-_.~]", function(letter) return string.format("%%%02X", letter:byte()) end)
    ask_ticket = wrk.format("GET", wanted.login .. "?service=" .. escaped, { Host = wanted.host, Cookie = wanted.cookie })
    validation = wanted.validate .. "?service=" .. escaped .. "&ticket="
end

function request()
    return ticket and wrk.format("GET", validation .. ticket, { Host = wanted.host }) or ask_ticket
end

function response(status, headers, body)
    if ticket then
        if status == 200 and body:find("<cas:user>", 1, true) then good = good + 1 else bad = bad + 1 end
        ticket = nil
        return
    end
    for name, value in pairs(headers) do
        if name:lower() == "location" then ticket = value:match("[?&]ticket=([^&#]+)") end
    end
    if not ticket then bad = bad + 1 end
end

function done(summary, latency)
    local walked, failed = 0, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    for _, thread in ipairs(threads) do
        walked, failed = walked + thread:get("good"), failed + thread:get("bad")
    end
    io.write(string.format('{"flows": %d, "failures": %d, "seconds": %.4f, "p50_ms": %.3f, "p99_ms": %.3f}\n', walked, failed,
        summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
