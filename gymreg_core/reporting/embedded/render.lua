-- One document, read once and written in every format that is asked for: `pandoc lua render.lua JOB.json`.
-- Does what `pandoc --lua-filter … --template …` would do for each format, at the price of one reading.

local function content_of(path)
  local file = assert(io.open(path, "r"))
  local content = file:read("a")
  file:close()
  return content
end

-- What a filter finds around itself when pandoc runs it.
local function surroundings(format, output, options)
  local env = {}
  for name, value in pairs(_G) do env[name] = value end
  env.FORMAT, env.PANDOC_WRITER_OPTIONS, env.PANDOC_STATE = format, options, { output_file = output }
  return env
end

local function written(doc, job, target)
  local options = pandoc.WriterOptions({
    template = pandoc.template.compile(content_of(target.template)),
    table_of_contents = target.toc, toc_depth = target.toc_depth, section_divs = true, wrap_text = "none",
  })
  local env = surroundings(target.to, target.output, options)
  if target.shift ~= 0 then
    doc = doc:walk({ Header = function(header)
      header.level = header.level + target.shift
      return header
    end })
  end
  for _, filter in ipairs(job.filters) do doc = pandoc.utils.run_lua_filter(doc, filter, env) end
  local file = assert(io.open(target.output, "wb"))
  file:write((pandoc.write(doc, target.to, options):gsub("%s*$", "\n")))
  file:close()
end

local job = pandoc.json.decode(content_of(arg[1]), false)
local doc = pandoc.read(job.text, "markdown")
local env = surroundings("html", "", {})
env.DIALECT = job.dialect
pandoc.utils.run_lua_filter(doc, job.check, env)
for _, target in ipairs(job.targets) do written(doc, job, target) end
