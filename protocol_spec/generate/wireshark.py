"""The Wireshark dissector: tables in Lua, and the few functions that read a capture by them."""

from __future__ import annotations

import json

from protocol_spec.generate.spec import Field, Spec

RUNTIME = """
local estragon = Proto("estragon", "Estragon")
local classic = Proto("estragon_classic", "Estragon, classic endpoint")

local TYPES = {
  u8 = ftypes.UINT8,
  i8 = ftypes.INT8,
  u16 = ftypes.UINT16,
  i16 = ftypes.INT16,
  u32 = ftypes.UINT32,
  i32 = ftypes.INT32,
  u64 = ftypes.UINT64,
  f32 = ftypes.FLOAT,
  string = ftypes.STRING,
  bytes = ftypes.BYTES,
  array = ftypes.NONE,
}
local SIZES = { u8 = 1, i8 = 1, u16 = 2, i16 = 2, u32 = 4, i32 = 4, u64 = 8, f32 = 4 }
local NO_BASE = { f32 = true, string = true, bytes = true, array = true }
local WORST = expert.severity.ERROR

-- What one can filter by: estragon.ping.token == 7, estragon.error == "TRUNCATED".
local function declare(proto, owner, fields, all)
  for _, field in ipairs(fields) do
    local base = not NO_BASE[field.type] and base.DEC or nil
    field.shown = ProtoField.new(
      field.name .. (field.unit and " (" .. field.unit .. ")" or ""),
      proto.name:lower() .. "." .. owner:lower() .. "." .. field.name,
      TYPES[field.type],
      field.enum and ENUMS[field.enum] or nil,
      base
    )
    table.insert(all, field.shown)
  end
end

local function experts_of(proto)
  return ProtoExpert.new(
    proto.name:lower() .. ".malformed", "Malformed", expert.group.MALFORMED, WORST
  )
end

local NAMES = {}
for number, message in pairs(MESSAGES) do
  NAMES[number] = message.name
end
local CLASSIC_NAMES = {}
for number, message in pairs(CLASSIC) do
  CLASSIC_NAMES[number] = message.name
end
local type_field =
  ProtoField.uint8("estragon.type", "type", base.DEC, NAMES)
local length_field = ProtoField.uint16("estragon.length", "length", base.DEC)
local error_field = ProtoField.string("estragon.error", "error")
local skipped_field = ProtoField.bytes("estragon.skipped", "not known: skipped")
local later_field = ProtoField.bytes("estragon.later", "of a later version: ignored")
local classic_type_field =
  ProtoField.uint8("estragon_classic.type", "type", base.DEC, CLASSIC_NAMES)
local classic_error_field = ProtoField.string("estragon_classic.error", "error")
local classic_later_field = ProtoField.bytes("estragon_classic.later", "ignored")
local malformed = experts_of(estragon)
local classic_malformed = experts_of(classic)

local fields = { type_field, length_field, error_field, skipped_field, later_field }
for _, message in pairs(MESSAGES) do
  declare(estragon, message.name, message.fields, fields)
end
for name, record in pairs(RECORDS) do
  declare(estragon, name, record.fields, fields)
end
estragon.fields = fields
estragon.experts = { malformed }

fields = { classic_type_field, classic_error_field, classic_later_field }
for _, message in pairs(CLASSIC) do
  declare(classic, message.name, message.fields, fields)
end
classic.fields = fields
classic.experts = { classic_malformed }

local opcode = Field.new("websocket.opcode")
local TEXT = 1

-- Lua before 5.4 cannot tell; then every text is taken to be one.
local function is_text(range)
  return range:len() == 0 or utf8 == nil or utf8.len(range:raw()) ~= nil
end

-- Reads fields from `at` to the end of `data`. Returns where the next one begins, or nil and the
-- name of the error.
local function read(data, at, owner_fields, tree)
  for _, field in ipairs(owner_fields) do
    local size = SIZES[field.type]
    if size then
      if at + size > data:len() then
        return nil, "TRUNCATED"
      end
      tree:add(field.shown, data(at, size))
      at = at + size
    else
      local prefix = field.prefix or (field.max > 255 and 2 or 1)
      if at + prefix > data:len() then
        return nil, "TRUNCATED"
      end
      local count = data(at, prefix):uint()
      if count > field.max then
        return nil, "VALUE_TOO_LONG"
      end
      local record = RECORDS[field.record]
      local length = count * (record and record.size or 1)
      if at + prefix + length + (field.then_needs or 0) > data:len() then
        return nil, "TRUNCATED"
      end
      local whole = data(at, prefix + length)
      at = at + prefix
      if record then
        local list = tree:add(field.shown, whole):append_text(": " .. count)
        for index = 1, count do
          local range = data(at, record.size)
          local one = list:add(estragon, range, field.record .. " " .. index)
          read(range, 0, record.fields, one)
          at = at + record.size
        end
      elseif length == 0 then
        tree:add(field.shown, whole):set_text(field.name .. ": (empty)")
      elseif field.type == "string" then
        local range = data(at, length)
        if not is_text(range) then
          return nil, "BAD_TEXT"
        end
        tree:add_packet_field(field.shown, range, ENC_UTF_8)
        at = at + length
      else
        tree:add(field.shown, data(at, length))
        at = at + length
      end
    end
  end
  return at
end

local function complain(tree, field, proof, range, name)
  tree:add(field, range, name):set_generated()
  tree:add_proto_expert_info(proof, name)
end

-- One frame. Returns where the next one begins and what to call this one, or nil and the error.
local function read_frame(buffer, at, tree)
  if at + 3 > buffer:len() then
    complain(tree, error_field, malformed, buffer(at), "LENGTH_BEYOND_END")
    return nil, "LENGTH_BEYOND_END"
  end
  local number, length = buffer(at, 1):uint(), buffer(at + 1, 2):uint()
  local message = MESSAGES[number]
  local name = message and message.name or string.format("type 0x%02x", number)
  local there = math.min(3 + length, buffer:len() - at)
  local frame = tree:add(estragon, buffer(at, there), name)
  frame:add(type_field, buffer(at, 1))
  frame:add(length_field, buffer(at + 1, 2))
  if there < 3 + length then
    complain(frame, error_field, malformed, buffer(at, there), "LENGTH_BEYOND_END")
    return nil, name .. " [LENGTH_BEYOND_END]"
  end
  local next_at = at + 3 + length
  if message == nil then
    if number <= HIGHEST_CORE_TYPE then
      complain(frame, error_field, malformed, buffer(at, there), "UNKNOWN_TYPE")
      return nil, name .. " [UNKNOWN_TYPE]"
    elseif length > 0 then
      frame:add(skipped_field, buffer(at + 3, length))
    end
    return next_at, name
  end
  local stop, problem = 0, nil
  if length > 0 then
    local payload = buffer(at + 3, length):tvb()
    stop, problem = read(payload, 0, message.fields, frame)
    if stop and stop < length then
      frame:add(later_field, payload(stop))
    end
  elseif #message.fields > 0 then
    stop, problem = nil, "TRUNCATED"
  end
  if stop == nil then
    complain(frame, error_field, malformed, buffer(at, there), problem)
    return nil, name .. " [" .. problem .. "]"
  end
  return next_at, name
end

local function is_text_message()
  local found = opcode()
  return found ~= nil and found() == TEXT
end

function estragon.dissector(buffer, pinfo, tree)
  pinfo.cols.protocol = "Estragon"
  local root = tree:add(estragon, buffer())
  local names, counts, at = {}, {}, 0
  if is_text_message() then
    complain(root, error_field, malformed, buffer(), "TEXT_FRAME")
    names[1], counts["TEXT_FRAME"] = "TEXT_FRAME", 1
  else
    while at and at < buffer:len() do
      local name
      at, name = read_frame(buffer, at, root)
      if counts[name] == nil then
        table.insert(names, name)
      end
      counts[name] = (counts[name] or 0) + 1
    end
  end
  for index, name in ipairs(names) do
    names[index] = counts[name] > 1 and name .. " x" .. counts[name] or name
  end
  pinfo.cols.info = table.concat(names, ", ")
  return buffer:len()
end

function classic.dissector(buffer, pinfo, tree)
  pinfo.cols.protocol = "Estragon classic"
  local root = tree:add(classic, buffer())
  local name, problem = "", nil
  if is_text_message() then
    name, problem = "TEXT_FRAME", "TEXT_FRAME"
  else
    local number = buffer(0, 1):uint()
    local message = CLASSIC[number]
    root:add(classic_type_field, buffer(0, 1))
    name = message and message.name or string.format("type 0x%02x", number)
    if message == nil then
      problem = "UNKNOWN_TYPE"
    else
      local stop
      stop, problem = nil, "TRUNCATED"
      if buffer:len() > 1 then
        stop, problem = read(buffer(1):tvb(), 0, message.fields, root)
      end
      if stop and stop < buffer:len() - 1 then
        root:add(classic_later_field, buffer(1 + stop))
      end
    end
  end
  if problem then
    complain(root, classic_error_field, classic_malformed, buffer(), problem)
    name = name ~= problem and name .. " [" .. problem .. "]" or name
  end
  pinfo.cols.info = name
  return buffer:len()
end

-- Who offers the subprotocol is known by it, others by their HELLO.
DissectorTable.get("ws.protocol"):add(SUBPROTOCOL, estragon)
local stream_of, known = Field.new("tcp.stream"), {}
function estragon.init()
  known = {}
end
estragon:register_heuristic("ws", function(buffer, pinfo, tree)
  local stream = stream_of()()
  known[stream] = known[stream]
    or buffer:len() >= 7 and buffer(0, 1):uint() == HELLO and buffer(3, 4):uint() == MAGIC
  if known[stream] then
    estragon.dissector(buffer, pinfo, tree)
  end
  return known[stream]
end)

-- The classic endpoint has nothing to be known by but a port that somebody names.
local by_port, classic_port = DissectorTable.get("ws.port"), 0
classic.prefs.port = Pref.uint("WebSocket port", 0, "Where all WebSockets are classic; 0: nowhere")
function classic.prefs_changed()
  if classic_port ~= 0 then
    by_port:remove(classic_port, classic)
  end
  classic_port = classic.prefs.port
  if classic_port ~= 0 then
    by_port:add(classic_port, classic)
  end
end
"""

CLASSIC = """
-- The classic endpoint, /ws/{player_id}: no envelope. It is told of in PROTOCOL.md.
local CLASSIC = {
  [1] = {
    name = "PLAYER_UPDATE",
    fields = {
      { name = "player_id", type = "u32" },
      { name = "x", type = "f32", unit = "tiles" },
      { name = "y", type = "f32", unit = "tiles" },
      { name = "z", type = "f32", unit = "tiles" },
      { name = "rotation", type = "f32", unit = "degrees" },
      { name = "timestamp", type = "f32", unit = "seconds" },
    },
  },
  [2] = { name = "PLAYER_JOIN", fields = { { name = "player_id", type = "u32" } } },
  [3] = { name = "PLAYER_LEAVE", fields = { { name = "player_id", type = "u32" } } },
  [4] = {
    name = "CHAT_MESSAGE",
    fields = {
      { name = "player_id", type = "u32" },
      -- Here a text is looked at when the timestamp is known to be there.
      { name = "text", type = "string", max = 2000, prefix = 4, then_needs = 4 },
      { name = "timestamp", type = "f32", unit = "seconds" },
    },
  },
}
"""


def emit(spec: Spec) -> str:
    lines = [
        "-- Generated from protocol.toml by `python -m protocol_spec.generate`: do not edit.",
        "-- For Wireshark and tshark: put it into the folder of personal Lua plugins, or start",
        "-- them with -X lua_script:estragon.lua.",
        "",
        f"local SUBPROTOCOL = {_text(spec.subprotocol)}",
        f"local HIGHEST_CORE_TYPE = {_constant(spec, 'HIGHEST_CORE_TYPE')}",
        f"local MAGIC = {_constant(spec, 'MAGIC')}",
        f"local HELLO = {next(each.number for each in spec.messages if each.name == 'HELLO')}",
        "",
        "local ENUMS = {",
    ]
    for enum in spec.enums:
        values = [f"    [{each.number}] = {_text(each.name)}," for each in enum.values]
        lines += [f"  {enum.name} = {{", *values, "  },"]
    lines += ["}", "", "local RECORDS = {"]
    for name, record in spec.records.items():
        lines += [f"  {name} = {{", f"    size = {record.size},", "    fields = {"]
        lines += [f"      {_field(each)}," for each in record.fields]
        lines += ["    },", "  },"]
    lines += ["}", "", "local MESSAGES = {"]
    for message in spec.messages:
        lines += [f"  [{message.number}] = {{", f"    name = {_text(message.name)},"]
        lines += ["    fields = {", *(f"      {_field(each)}," for each in message.fields)]
        lines += ["    },", "  },"]
    lines += ["}"]
    return "\n".join(lines) + "\n" + CLASSIC + RUNTIME


def _constant(spec: Spec, name: str) -> object:
    return next(each.value for each in spec.constants if each.name == name)


def _field(each: Field) -> str:
    parts = [f"name = {_text(each.name)}", f"type = {_text(each.type)}"]
    parts += [
        f"{key} = {_text(value)}"
        for key in ("enum", "unit", "record")
        if (value := getattr(each, key))
    ]
    if each.max:
        parts.append(f"max = {each.max}")
    return "{ " + ", ".join(parts) + " }"


def _text(value: str) -> str:
    """As Lua writes it: names and units have nothing that JSON writes otherwise."""
    return json.dumps(value, ensure_ascii=False)
