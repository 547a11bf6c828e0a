-- Numbers sections, figures and tables, resolves @fig-, @tbl- and @sec- references and builds the table of
-- contents, so that every renderer and both formats count alike. Labels come from the metadata `labels`.

local labels = {}
local numbers = {}   -- id -> {kind = "figure" | "table" | "section", number = "3", title = Inlines}

local function label(key) return labels[key] and pandoc.utils.stringify(labels[key]) or key end

-- A notebook cell's wrapping divs stand between a heading and the document: without them sections nest as written.
local function unwrapped(div)
  if div.classes:includes("cell") or div.classes:includes("cell-output") then return div.content end
  if div.classes:includes("html-only") then return FORMAT:match("^html") and div.content or {} end
end

-- `[…]{.meta name="reviewed"}` becomes the value that the build gave for that name.
local function filled(meta)
  return function(span)
    if span.classes:includes("meta") then
      return pandoc.Inlines(pandoc.utils.stringify(meta[span.attributes.name] or span.content))
    end
  end
end

-- Older pandoc leaves `{#tbl-x}` as the last word of a table's caption.
local function table_id(tbl)
  if tbl.identifier ~= "" or #tbl.caption.long == 0 then return tbl end
  local inlines = tbl.caption.long[#tbl.caption.long].content
  local last = inlines and inlines[#inlines]
  local id = last and last.t == "Str" and last.text:match("^{#(tbl%-[%w_%-]+)}$")
  if not id then return tbl end
  inlines:remove()
  if #inlines > 0 and inlines[#inlines].t == "Space" then inlines:remove() end
  tbl.identifier = id
  return tbl
end

local function image_paragraph(para)
  if #para.content == 1 and para.content[1].t == "Image" then
    local image = para.content[1]
    local id = image.identifier
    image.identifier = ""
    return pandoc.Figure({ pandoc.Plain({ image }) }, { long = { pandoc.Plain(image.caption) } }, pandoc.Attr(id))
  end
end

local function prefixed(kind, number, caption)
  local inlines = pandoc.utils.blocks_to_inlines(caption)
  local words = label(kind) .. "\u{a0}" .. number .. "."
  local prefix = FORMAT:match("^typst") and pandoc.Strong(words) or pandoc.Span(words, pandoc.Attr("", { "caption-number" }))
  return { pandoc.Plain(pandoc.List({ prefix, pandoc.Space() }) .. inlines) }
end

local function count_floats(doc)
  local count = { figure = 0, table = 0 }
  local function take(kind, float)
    if float.identifier == "" then return nil, false end
    count[kind] = count[kind] + 1
    numbers[float.identifier] = { kind = kind, number = tostring(count[kind]) }
    float.caption = { long = prefixed(kind, count[kind], float.caption.long) }
    return float, false
  end
  return doc:walk({
    traverse = "topdown",
    Figure = function(figure) return take("figure", figure) end,
    Table = function(tbl) return take("table", table_id(tbl)) end,
  })
end

-- Headings are counted from the highest level that the document uses: 1, 1.1, 1.1.1.
local function count_sections(doc, numbered)
  local top, counters, entries = 9, {}, pandoc.List()
  for _, block in ipairs(doc.blocks) do
    if block.t == "Header" then top = math.min(top, block.level) end
  end
  for _, header in ipairs(doc.blocks) do
    if header.t == "Header" then
      local depth = header.level - top + 1
      local entry = { kind = "section", title = header.content:clone(), depth = depth, id = header.identifier }
      if numbered and not header.classes:includes("unnumbered") then
        for i = #counters + 1, depth do counters[i] = 0 end
        counters[depth] = counters[depth] + 1
        entry.number = table.concat(counters, ".", 1, depth)
        for i = #counters, depth + 1, -1 do counters[i] = nil end
        local span = pandoc.Span(entry.number, pandoc.Attr("", { "header-section-number" }))
        header.content = pandoc.Inlines({ span, pandoc.Space() }) .. header.content
      end
      entry.shown = header.content
      numbers[header.identifier] = entry
      entries:insert(entry)
    end
  end
  return entries
end

local function contents(entries, depth)
  local function list(from, level)
    local items, i = pandoc.List(), from
    while i <= #entries and entries[i].depth >= level do
      local entry = entries[i]
      local item = pandoc.List({ pandoc.Plain({ pandoc.Link(entry.shown, "#" .. entry.id) }) })
      local next_index = i + 1
      if entries[next_index] and entries[next_index].depth > entry.depth then
        local below
        below, next_index = list(next_index, entry.depth + 1)
        if entry.depth < depth then item:insert(below) end
      end
      items:insert(item)
      i = next_index
    end
    return pandoc.BulletList(items), i
  end
  return pandoc.Blocks({ (list(1, 1)) })
end

-- Swedish writes "figur 1" inside a sentence and "Figur 1" at its start; English always "Figure 1".
local function reference(target, id, starts)
  if target.kind == "section" and not target.number then
    return pandoc.Link(target.title, "#" .. id, "", pandoc.Attr("", { "quarto-xref" }))
  end
  local word = label(starts and target.kind or target.kind .. "-in-text")
  return pandoc.Link(word .. "\u{a0}" .. target.number, "#" .. id, "", pandoc.Attr("", { "quarto-xref" }))
end

local function resolve(inlines)
  for i, inline in ipairs(inlines) do
    local id = inline.t == "Cite" and inline.citations[1].id
    if id and numbers[id] then
      local before = inlines[i - 1]
      if before and (before.t == "Space" or before.t == "SoftBreak") then before = inlines[i - 2] end
      local starts = before == nil or (before.t == "Str" and before.text:match("[.!?]$") ~= nil)
      inlines[i] = reference(numbers[id], id, starts)
    end
  end
  return inlines
end

local function quoted(inline)
  local open, close = "“", "”"
  if label("quotes") == "sv" then open = "”" end
  if inline.quotetype == "SingleQuote" then open, close = label("quotes") == "sv" and "’" or "‘", "’" end
  return pandoc.Inlines({ pandoc.Str(open) }) .. inline.content .. pandoc.Inlines({ pandoc.Str(close) })
end

local function Pandoc(doc)
  if not (FORMAT:match("^html") or FORMAT:match("^typst")) then return doc end
  labels = doc.meta.labels or {}
  doc = doc:walk({
    Div = unwrapped, Span = filled(doc.meta), Para = image_paragraph, Quoted = FORMAT:match("^html") and quoted or nil,
  })
  doc = count_floats(doc)
  local has_contents = PANDOC_WRITER_OPTIONS.table_of_contents
  local entries = count_sections(doc, has_contents and doc.meta["section-numbers"] ~= false)
  -- Cells are many and hold no references: not looking into them saves a third of the time.
  doc = doc:walk({ traverse = "topdown", Table = function(tbl) return tbl, false end, Inlines = resolve })
  if has_contents and #entries > 0 then
    doc.meta.contents = contents(entries, PANDOC_WRITER_OPTIONS.toc_depth)
  end
  return doc
end

return { { Pandoc = Pandoc } }
