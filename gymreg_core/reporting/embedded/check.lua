-- Refuses what the pages' dialect does not know and what a page may not lack: unknown elements and attributes, figures
-- without file or alternative text, tables without caption, ids given twice, references to nothing.
-- DIALECT holds the tables of dialect.yml. Every finding goes to standard error as one line; the caller tells them together.

local findings, ids, references, links = pandoc.List(), {}, {}, {}

local refused = {
  CodeBlock = "code block", LineBlock = "line block", Math = "formula", Strikeout = "struck-out text",
  SmallCaps = "small capitals", Underline = "underlined text",
}

local function tell(text) findings:insert(text) end

local function claim(id, what)
  if id == "" then return end
  if ids[id] then tell(("the id %s is given twice (%s)"):format(id, what)) end
  ids[id] = what
end

local function exists(path)
  local file = io.open(path, "r")
  if file then file:close() end
  return file ~= nil
end

-- `known`: class -> the attributes that an element of this class may have.
local function check_attributes(element, known, what)
  local allowed = {}
  for _, class in ipairs(element.classes) do
    if not known[class] then tell(what .. " ." .. class) end
    for _, name in ipairs(known[class] or {}) do allowed[name] = true end
  end
  for name in pairs(element.attributes) do
    if not allowed[name] then tell(("%s attribute %s"):format(what, name)) end
  end
end

local function figure(fig)
  local images = pandoc.List()
  fig.content:walk({ Image = function(image) images:insert(image) end })
  local image = images[1]
  if #images ~= 1 then return tell("a figure of several images") end
  local name = fig.identifier ~= "" and "#" .. fig.identifier or image.src
  claim(fig.identifier, "figure")
  if not fig.identifier:match("^fig%-") then tell(("the figure %s has no id that begins with fig-"):format(name)) end
  if (image.attributes["fig-alt"] or "") == "" then tell(("the figure %s has no alternative text (fig-alt)"):format(name)) end
  if #fig.caption.long == 0 then tell(("the figure %s has no caption"):format(name)) end
  if image.src:match("^%a+:") or image.src:match("^/") then tell(("the figure %s is not a file of the project"):format(name))
  elseif not exists(image.src) then tell(("the file of the figure %s is missing"):format(name)) end
  for attribute in pairs(image.attributes) do
    if attribute ~= "fig-alt" then tell(("figure attribute %s"):format(attribute)) end
  end
  for _, class in ipairs(image.classes) do tell("figure class ." .. class) end
end

local function data_table(tbl)
  local name = tbl.identifier ~= "" and "#" .. tbl.identifier or "that begins with " ..
    pandoc.utils.stringify(tbl.head):sub(1, 20)
  claim(tbl.identifier, "table")
  if not tbl.identifier:match("^tbl%-") then tell("a table has no id that begins with tbl- (" .. name .. ")") end
  if #tbl.caption.long == 0 then tell(("the table %s has no caption"):format(name)) end
  if #tbl.head.rows ~= 1 then tell(("the table %s has no header row"):format(name)) end
  tbl:walk({
    Note = function() tell(("a footnote in the table %s"):format(name)) end,
    Cite = function() tell(("a reference in the table %s"):format(name)) end,
  })
end

local function header(element, top)
  if element.level == 1 then tell("a heading of the first level") end
  claim(element.identifier, "section")
  check_attributes(element, DIALECT.headings, "heading class")
  if not top and element.identifier:match("^sec%-") then tell(("the section %s inside another block"):format(element.identifier)) end
  element:walk({ Note = function() tell("a footnote in a heading") end })
end

local function div(element)
  claim(element.identifier, "block")
  if #element.classes == 0 and element.identifier == "" then tell("a block without class") end
  check_attributes(element, DIALECT.blocks, "block")
  if element.classes:includes("html-only") then
    element:walk({
      Figure = function() tell("a figure inside .html-only") end,
      Table = function() tell("a table inside .html-only") end,
    })
  end
end

local function link(element)
  local target = element.target
  if target:match("^#") then references[target:sub(2)] = "a link"
  elseif target:match("^https?://") or target:match("^mailto:") then return
  elseif target:match("^%a[%w+.-]*:") or target:match("^/") then tell("a link to " .. target)
  else links[target:gsub("[#?].*$", "")] = true end
end

local function check_links()
  for id, what in pairs(references) do
    if not ids[id] then tell(("%s to %s, which is not on the page"):format(what, id)) end
  end
  for path in pairs(links) do
    local made = path:match("%.html$") or path:match("%.pdf$") or path:match("manifest%.json$")
    if not made and not exists(path) then tell("a link to a file that is missing: " .. path) end
  end
end

local function check_body(doc)
  local top = {}
  for _, block in ipairs(doc.blocks) do
    if block.t == "Header" then top[block.identifier] = true end
  end
  local handlers = {
    Header = function(h) header(h, top[h.identifier]) end,
    Div = div,
    Span = function(s)
      claim(s.identifier, "text")
      check_attributes(s, DIALECT.texts, "text class")
      local wanted = s.attributes.name
      if wanted and doc.meta[wanted] == nil and #s.content == 0 then tell(("no value called %s is given to the page"):format(wanted)) end
    end,
    Figure = figure,
    Table = data_table,
    Link = function(a)
      link(a)
      for name in pairs(a.attributes) do tell("link attribute " .. name) end
    end,
    Cite = function(cite)
      for _, citation in ipairs(cite.citations) do references[citation.id] = "a reference" end
      if #cite.citations ~= 1 or cite.citations[1].mode ~= "AuthorInText" then tell("a reference in brackets") end
    end,
    RawBlock = function(raw) tell("raw " .. raw.format) end,
    RawInline = function(raw) tell("raw " .. raw.format) end,
  }
  for kind, what in pairs(refused) do
    handlers[kind] = function() tell(what) end
  end
  doc.blocks:walk(handlers)
end

-- An image anywhere else than in a figure of its own has neither caption nor number.
local function check_images(doc)
  local all, own = 0, 0
  doc.blocks:walk({
    Image = function() all = all + 1 end,
    Figure = function(fig) fig.content:walk({ Image = function() own = own + 1 end }) end,
  })
  if all > own then tell("an image that is no figure of its own") end
end

local function Pandoc(doc)
  check_body(doc)
  check_images(doc)
  check_links()
  if #findings == 0 then return nil end
  table.sort(findings)
  for _, finding in ipairs(findings) do io.stderr:write("dialect: " .. finding:gsub("%s+", " ") .. "\n") end
  os.exit(3)
end

return { { Pandoc = Pandoc } }
