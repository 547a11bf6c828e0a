-- The pages' HTML: figures, tables, folds, callouts and cards as semantic elements. Runs after numbers.lua and
-- writes raw HTML around ordinary blocks, so that nothing later in the chain has to know them.

local labels = {}
local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function escape(text) return (text:gsub('[&<>"]', escapes)) end

local function label(key) return labels[key] and pandoc.utils.stringify(labels[key]) or key end

local function raw(text) return pandoc.RawBlock("html", text) end

local function attributes(list)
  local parts = {}
  for _, pair in ipairs(list) do
    if pair[2] and pair[2] ~= "" then parts[#parts + 1] = (' %s="%s"'):format(pair[1], escape(pair[2])) end
  end
  return table.concat(parts)
end

local function wrapped(open, blocks, close)
  local all = pandoc.Blocks({ raw(open) })
  all:extend(blocks)
  all:insert(raw(close))
  return all
end

-- Width and height of an SVG, so that the page does not jump while it loads.
local function size_of(path)
  local file = io.open(path, "r")
  local head = file and file:read(2000) or ""
  if file then file:close() end
  local tag = head:match("<svg.->") or ""
  return tag:match('%swidth="([%d.]+)'), tag:match('%sheight="([%d.]+)')
end

local function caption(id, blocks)
  return wrapped("<figcaption" .. attributes({ { "id", id } }) .. ">", blocks, "</figcaption>")
end

local function figure(fig)
  local image
  fig.content:walk({ Image = function(found) image = found end })
  if not image then return nil end
  local width, height = size_of(image.src)
  local tag = attributes({
    { "src", image.src }, { "alt", image.attributes["fig-alt"] or image.attributes.alt or "" },
    { "width", width }, { "height", height },
  })
  local all = pandoc.Blocks({ raw('<figure class="quarto-float quarto-float-fig"' ..
    attributes({ { "id", fig.identifier } }) .. ">") })
  all:extend(caption(nil, fig.caption.long))
  all:insert(raw("<img" .. tag .. " />"))
  all:insert(raw("</figure>"))
  return all
end

local function with_headers(tbl)
  for _, row in ipairs(tbl.head.rows) do
    for _, cell in ipairs(row.cells) do
      if #cell.contents > 0 then cell.attributes.scope = "col" end
    end
  end
  for _, body in ipairs(tbl.bodies) do
    body.row_head_columns = 1
    for _, row in ipairs(body.body) do
      if row.cells[1] then row.cells[1].attributes.scope = "row" end
    end
  end
  tbl.colspecs = pandoc.List(tbl.colspecs):map(function(spec) return { spec[1], nil } end)
  return tbl
end

local function data_table(tbl)
  local id, long = tbl.identifier, tbl.caption.long
  local caption_id = id ~= "" and id .. "-caption" or nil
  tbl = with_headers(tbl)
  tbl.identifier, tbl.caption = "", { long = {} }
  tbl.attributes["aria-labelledby"] = caption_id
  local all = pandoc.Blocks({ raw('<figure class="quarto-float quarto-float-tbl"' ..
    attributes({ { "id", id } }) .. ">") })
  all:extend(caption(caption_id, long))
  all:insert(raw('<div class="scroll-region" role="region" tabindex="0"' ..
    attributes({ { "aria-labelledby", caption_id } }) .. ">"))
  all:insert(tbl)
  all:insert(raw("</div>"))
  all:insert(raw("</figure>"))
  return all
end

-- A heading that is left among raw tags would open a section there, so it becomes raw as well.
local function flat(blocks)
  local all = pandoc.Blocks({})
  for _, block in ipairs(blocks) do
    if block.t == "Header" then
      all:insert(raw(("<h%d%s>"):format(block.level, attributes({ { "id", block.identifier } }))))
      all:insert(pandoc.Plain(block.content))
      all:insert(raw(("</h%d>"):format(block.level)))
    else
      all:insert(block)
    end
  end
  return all
end

local function callout(div, kind)
  local blocks, title = div.content, label(kind)
  if blocks[1] and blocks[1].t == "Header" then
    title = pandoc.utils.stringify(blocks[1])
    blocks:remove(1)
  end
  local open = ('<div class="callout callout-%s" role="note"%s>\n<p class="callout-title">%s</p>'):format(
    kind, attributes({ { "id", div.identifier }, { "aria-label", label(kind) } }), escape(title))
  return wrapped(open, flat(blocks), "</div>")
end

local function fold(div)
  local open = '<details class="fold"' .. attributes({ { "id", div.identifier } }) .. ">\n<summary>" ..
    escape(div.attributes.summary or label("show")) .. '</summary>\n<div class="fold-body">'
  return wrapped(open, flat(div.content), "</div>\n</details>")
end

-- class of the outer div -> class of the divs that are its items
local lists = { ["key-figures"] = "key-figure", cards = "card" }

local function list(div, outer, inner)
  local all = pandoc.Blocks({ raw(('<ul class="%s"%s role="list">'):format(
    table.concat(div.classes, " "), attributes({ { "id", div.identifier } }))) })
  for _, item in ipairs(div.content) do
    if item.t == "Div" and item.classes:includes(inner) then
      all:extend(wrapped('<li class="' .. table.concat(item.classes, " ") .. '">', flat(item.content), "</li>"))
    end
  end
  all:insert(raw("</ul>"))
  return all
end

local function div_block(div)
  if div.classes:includes("fold") then return fold(div) end
  for _, class in ipairs(div.classes) do
    local kind = class:match("^callout%-(%l+)$")
    if kind then return callout(div, kind) end
    if lists[class] then return list(div, class, lists[class]) end
  end
end

local function link(a)
  if a.target:match("^https?://") then
    a.classes:insert("external")
    a.content:insert(pandoc.RawInline("html", '<span class="visually-hidden"> (' .. escape(label("external")) .. ")</span>"))
    return a
  end
  local kind = a.target:match("%.(%l+)$")
  if kind == "csv" or kind == "pdf" or kind == "xlsx" then
    a.classes:insert("download")
    return a
  end
end

-- Pages that the menu names, by the stem of their file.
local menu = { index = "here-start", metod = "here-methods", tillganglighet = "here-accessibility" }

local function page_meta(doc)
  local file = PANDOC_STATE.output_file or ""
  local here = menu[file:match("([%w_-]+)%.html$")]
  if here then doc.meta[here] = true end
  doc.meta.root = ("../"):rep(tonumber(pandoc.utils.stringify(doc.meta.depth or "0")))
  doc:walk({ Div = function(div)
    if div.classes:includes("search-list") then doc.meta.search = true end
  end })
end

local function Pandoc(doc)
  if not FORMAT:match("^html") then return doc end
  labels = doc.meta.labels or {}
  page_meta(doc)
  return doc:walk({ Figure = figure, Table = data_table, Link = link, Div = div_block })
end

return { { Pandoc = Pandoc } }
