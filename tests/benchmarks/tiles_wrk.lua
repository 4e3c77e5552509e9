-- Ask for the paths of a file in turn; a line may end in an ETag that the client holds.
function init(args)
  requests = {}
  for line in io.lines(args[1]) do
    local path, held = line:match("^(%S+)%s*(.*)$")
    local headers = { ["Host"] = "127.0.0.1", ["Accept-Encoding"] = "gzip, deflate, br" }
    if held ~= "" then headers["If-None-Match"] = held end
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
  at = 0
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "bytes": %d, "p50_ms": %.3f, "p99_ms": %.3f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout))
end
