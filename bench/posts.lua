-- Load for wrk: forms of a file sent once each ("path<TAB>cookie<TAB>body" a line), dealt out to the threads; one connection a thread.
local wanted = { host = os.getenv("POSTS_HOST"), file = os.getenv("POSTS"), threads = tonumber(os.getenv("POSTS_THREADS")) }
local threads = {}

function setup(thread)
    thread:set("own", #threads)
    threads[#threads + 1] = thread
end

function init()
    good, bad, sent, forms = 0, 0, 0, {}
    local number = 0
    for line in io.lines(wanted.file) do
        if number % wanted.threads == own then
            local path, cookie, body = line:match("^([^\t]+)\t([^\t]*)\t(.*)$")
            local headers = { Host = wanted.host, Cookie = cookie, ["Content-Type"] = "application/x-www-form-urlencoded" }
            forms[#forms + 1] = wrk.format("POST", path, headers, body)
        end
        number = number + 1
    end
    left = #forms
end

function request()
    sent = sent + 1
    left = #forms - sent
    return forms[math.min(sent, #forms)]
end

function response(status)
    if status == 302 then good = good + 1 else bad = bad + 1 end
end

function done(summary, latency)
    local done, failed, least = 0, summary.errors.connect + summary.errors.read + summary.errors.timeout, 1e9
    for _, thread in ipairs(threads) do
        done, failed, least = done + thread:get("good"), failed + thread:get("bad"), math.min(least, thread:get("left"))
    end
    io.write(string.format('{"done": %d, "failures": %d, "left": %d, "seconds": %.4f, "p50_ms": %.3f, "p99_ms": %.3f}\n', done, failed, least,
        summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
