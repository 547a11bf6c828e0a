-- The PDF's Typst: figures, tables, callouts and key figures as calls of the functions in pdf.typ.
-- Runs after numbers.lua; what is raw Typst here is not looked at by anything later in the chain.

local labels = {}

local function label(key) return labels[key] and pandoc.utils.stringify(labels[key]) or key end

local function raw(text) return pandoc.RawBlock("typst", text) end

local function string_of(text) return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"' end

local function label_of(id) return id ~= "" and " <" .. id .. ">" or "" end

local function wrapped(open, blocks, close)
  local all = pandoc.Blocks({ raw(open) })
  all:extend(blocks)
  all:insert(raw(close))
  return all
end

-- Charts are drawn for the screen, in pixels and with letters of 14; two thirds of a point each makes letters of 9 pt.
-- None is wider than the text.
local function width_of(path)
  local file = io.open(path, "r")
  local head = file and file:read(2000) or ""
  if file then file:close() end
  local pixels = tonumber((head:match("<svg.->") or ""):match('%swidth="([%d.]+)'))
  local points = pixels and pixels * 0.66
  return points and points < 455 and ("%gpt"):format(points) or "100%"
end

local function figure(fig)
  local image
  fig.content:walk({ Image = function(found) image = found end })
  if not image then return nil end
  local alt = image.attributes["fig-alt"] or image.attributes.alt or ""
  local all = wrapped("#chart(caption: [", fig.caption.long, ("], image(%s, alt: %s, width: %s))%s"):format(
    string_of(image.src), string_of(alt), width_of(image.src), label_of(fig.identifier)))
  return all
end

local sides = { AlignLeft = "left", AlignRight = "right", AlignCenter = "center", AlignDefault = "left" }

-- Plain words become a string, which Typst shows as it is; anything else goes through pandoc's writer. Cells are read
-- from JSON, since thousands of elements are slow to reach one by one.
local function content_of(cell, written)
  local blocks = cell[5]
  if #blocks == 0 then return '""' end
  local words = {}
  for _, inline in ipairs(#blocks == 1 and blocks[1].c or {}) do
    if inline.t == "Str" then words[#words + 1] = inline.c
    elseif inline.t == "Space" or inline.t == "SoftBreak" then words[#words + 1] = " "
    else return written() end
  end
  return #words > 0 and string_of(table.concat(words)) or written()
end

local function row_of(row, original)
  local cells = {}
  for i, cell in ipairs(row[2]) do
    cells[i] = content_of(cell, function()
      return "[" .. pandoc.write(pandoc.Pandoc(original.cells[i].contents), "typst"):gsub("%s+$", "") .. "]"
    end)
  end
  return "(" .. table.concat(cells, ", ") .. ",)"
end

local function rows_of(tbl)
  local parts = pandoc.json.decode(pandoc.write(pandoc.Pandoc({ tbl }), "json"), false).blocks[1].c
  local header = parts[4][2][1] and row_of(parts[4][2][1], tbl.head.rows[1]) or "()"
  local rows = {}
  for b, body in ipairs(parts[5]) do
    local originals = tbl.bodies[b].body
    for r, row in ipairs(body[4]) do rows[#rows + 1] = row_of(row, originals[r]) .. ",\n" end
  end
  return header, table.concat(rows)
end

local function data_table(tbl)
  local align = {}
  for _, spec in ipairs(tbl.colspecs) do align[#align + 1] = sides[spec[1]] end
  local header, rows = rows_of(tbl)
  local call = ("], align: (%s,), header: %s, rows: (\n%s))%s"):format(
    table.concat(align, ", "), header, rows, label_of(tbl.identifier))
  return wrapped("#data-table(caption: [", tbl.caption.long, call)
end

local function callout(div, kind)
  local blocks, title = div.content, label(kind)
  if blocks[1] and blocks[1].t == "Header" then
    title = pandoc.utils.stringify(blocks[1])
    blocks:remove(1)
  end
  return wrapped(("#callout(kind: %s, title: %s)["):format(string_of(kind), string_of(title)), blocks, "]")
end

local lists = { ["key-figures"] = "key-figure", cards = "card" }

-- The first paragraph of an item is its number or heading.
local function headed(blocks)
  local all = wrapped("#item-head[", { pandoc.Plain(pandoc.utils.blocks_to_inlines({ blocks[1] })) }, "]")
  for i = 2, #blocks do all:insert(blocks[i]) end
  return all
end

local function list(div, outer, inner)
  local all = pandoc.Blocks({ raw("#" .. outer .. "(") })
  for _, item in ipairs(div.content) do
    if item.t == "Div" and item.classes:includes(inner) then all:extend(wrapped("[", headed(item.content), "],")) end
  end
  all:insert(raw(")"))
  return all
end

local function div_block(div)
  for _, class in ipairs(div.classes) do
    local kind = class:match("^callout%-(%l+)$")
    if kind then return callout(div, kind) end
    if lists[class] then return list(div, class, lists[class]) end
    if class == "fold" then return div.content end
  end
end

local function Pandoc(doc)
  if not FORMAT:match("^typst") then return doc end
  labels = doc.meta.labels or {}
  return doc:walk({ Figure = figure, Table = data_table, Div = div_block })
end

return { { Pandoc = Pandoc } }
