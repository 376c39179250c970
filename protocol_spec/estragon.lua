-- Generated from protocol.toml by `python -m protocol_spec.generate`: do not edit.
-- For Wireshark and tshark: put it into the folder of personal Lua plugins, or start
-- them with -X lua_script:estragon.lua.

local SUBPROTOCOL = "estragon.v1"
local HIGHEST_CORE_TYPE = 63
local MAGIC = 1163088978
local HELLO = 6

local ENUMS = {
  ErrorCode = {
    [1] = "INTERNAL",
    [10] = "EMPTY_MESSAGE",
    [11] = "TEXT_FRAME",
    [12] = "MESSAGE_TOO_LARGE",
    [13] = "LENGTH_BEYOND_END",
    [14] = "UNKNOWN_TYPE",
    [15] = "WRONG_DIRECTION",
    [16] = "WRONG_STATE",
    [17] = "TRUNCATED",
    [18] = "VALUE_TOO_LONG",
    [19] = "BAD_TEXT",
    [20] = "BAD_MAGIC",
    [21] = "VERSION_UNSUPPORTED",
    [22] = "AUTH_TIMEOUT",
    [23] = "RATE_LIMITED",
    [24] = "SILENT",
    [30] = "AUTH_METHOD_UNSUPPORTED",
    [31] = "NAME_EMPTY",
    [32] = "NAME_TOO_SHORT",
    [33] = "NAME_TOO_LONG",
    [34] = "NAME_INVALID",
    [35] = "NAME_IN_USE",
    [36] = "WORLD_UNKNOWN",
    [37] = "WORLD_FULL",
    [38] = "TOO_MANY_CONNECTIONS",
    [39] = "NAME_REGISTERED",
    [40] = "CHAT_EMPTY",
    [41] = "CHAT_TOO_LONG",
    [42] = "CHAT_TOO_FAST",
    [43] = "CHAT_MUTED",
    [44] = "CHAT_NOBODY",
    [45] = "COMMAND_UNKNOWN",
    [46] = "COMMAND_USAGE",
    [48] = "EMOTE_UNKNOWN",
    [47] = "WATCH_TOO_MUCH",
    [60] = "EDIT_FORBIDDEN",
    [61] = "EDIT_OUTSIDE",
    [62] = "EDIT_TILE",
    [63] = "EDIT_TOO_LARGE",
    [64] = "EDIT_TOO_FAST",
    [65] = "EDIT_NOT_SAVED",
    [66] = "EDIT_NOTHING",
    [67] = "EDIT_PROTECTED",
    [77] = "PASSWORD_TOO_SHORT",
    [78] = "PASSWORD_TOO_LONG",
    [79] = "PASSWORD_COMMON",
    [50] = "SERVER_STOPPING",
    [51] = "KICKED",
    [52] = "BANNED",
    [53] = "TAKEN_OVER",
    [54] = "LOGGED_OUT",
    [70] = "AUTH_FAILED",
    [71] = "AUTH_TOO_MANY_TRIES",
    [72] = "AUTH_INSECURE",
    [73] = "AUTH_EXPIRED",
    [74] = "GUESTS_FORBIDDEN",
    [75] = "FORBIDDEN",
    [76] = "SERVER_BUSY",
  },
  AuthMethod = {
    [1] = "GUEST",
    [2] = "PASSWORD",
    [3] = "TICKET",
    [4] = "RESUME",
  },
  NoticeCode = {
    [1] = "ANNOUNCEMENT",
    [2] = "WARNED",
    [3] = "MUTED",
    [4] = "UNMUTED",
    [5] = "CHAT_HELD",
    [6] = "SLOW_MODE",
    [7] = "TELEPORTED",
    [8] = "REPORT_FILED",
    [9] = "DONE",
    [10] = "PLAYERS",
    [11] = "COMMANDS",
    [12] = "NAME_CHANGED",
    [13] = "ROLE_CHANGED",
  },
  EmoteKind = {
    [1] = "WAVE",
    [2] = "LAUGH",
    [3] = "HEART",
    [4] = "SAD",
    [5] = "ANGRY",
    [6] = "QUESTION",
    [7] = "SURPRISE",
    [8] = "SLEEP",
  },
  LeaveReason = {
    [1] = "LEFT",
    [2] = "LOST",
    [3] = "REMOVED",
  },
  Shape = {
    [1] = "STROKE",
    [2] = "RECTANGLE",
    [3] = "FILL",
  },
  TilePattern = {
    [0] = "SINGLE",
    [1] = "RANDOM",
    [2] = "EDGES",
  },
  Button = {
    [1] = "JUMP",
    [2] = "USE",
  },
  PlayerFlag = {
    [1] = "MOVING",
    [2] = "AIRBORNE",
  },
  SnapshotFlag = {
    [1] = "FULL",
  },
  ModePhase = {
    [0] = "NONE",
    [1] = "WAITING",
    [2] = "PAUSE",
    [3] = "RUNNING",
    [4] = "OVER",
  },
  ScoreKind = {
    [0] = "NONE",
    [1] = "POINTS",
    [2] = "LAPS",
    [3] = "TILES",
  },
  ModeMark = {
    [1] = "IT",
    [2] = "SPECTATOR",
    [4] = "FINISHED",
    [8] = "WINNER",
  },
}

local RECORDS = {
  Command = {
    size = 6,
    fields = {
      { name = "direction", type = "u16", unit = "1/65536 turn" },
      { name = "aim", type = "u16", unit = "1/65536 turn" },
      { name = "pace", type = "u8", unit = "1/255" },
      { name = "buttons", type = "u8" },
    },
  },
  PlayerState = {
    size = 8,
    fields = {
      { name = "slot", type = "u16" },
      { name = "x", type = "u16", unit = "1/256 tile" },
      { name = "y", type = "u16", unit = "1/256 tile" },
      { name = "rotation", type = "u8", unit = "1/256 turn" },
      { name = "flags", type = "u8" },
    },
  },
  CellChange = {
    size = 4,
    fields = {
      { name = "index", type = "u16" },
      { name = "tile", type = "u16" },
    },
  },
  CellEdit = {
    size = 7,
    fields = {
      { name = "layer", type = "u8" },
      { name = "x", type = "u16", unit = "tiles" },
      { name = "y", type = "u16", unit = "tiles" },
      { name = "tile", type = "u16" },
    },
  },
  ModeScore = {
    size = 13,
    fields = {
      { name = "player_id", type = "u32" },
      { name = "score", type = "i32" },
      { name = "time", type = "u32", unit = "ticks" },
      { name = "marks", type = "u8" },
    },
  },
}

local MESSAGES = {
  [1] = {
    name = "PLAYER_UPDATE",
    fields = {
      { name = "player_id", type = "u32" },
      { name = "x", type = "i32", unit = "1/1024 tile" },
      { name = "y", type = "i32", unit = "1/1024 tile" },
      { name = "z", type = "i32", unit = "1/1024 tile" },
      { name = "rotation", type = "u16", unit = "1/65536 turn" },
      { name = "timestamp", type = "u32", unit = "ticks" },
    },
  },
  [2] = {
    name = "PLAYER_JOIN",
    fields = {
      { name = "player_id", type = "u32" },
      { name = "slot", type = "u16" },
      { name = "look", type = "u8" },
      { name = "name", type = "string", max = 80 },
    },
  },
  [3] = {
    name = "PLAYER_LEAVE",
    fields = {
      { name = "player_id", type = "u32" },
      { name = "reason", type = "u8", enum = "LeaveReason" },
    },
  },
  [4] = {
    name = "CHAT_MESSAGE",
    fields = {
      { name = "player_id", type = "u32" },
      { name = "text", type = "string", max = 2000 },
      { name = "timestamp", type = "u64", unit = "ms since 1970" },
    },
  },
  [5] = {
    name = "WORLD_STATE",
    fields = {
      { name = "tick", type = "u32" },
      { name = "input_tick", type = "u32" },
      { name = "lead", type = "i8", unit = "ticks" },
      { name = "flags", type = "u8" },
      { name = "x", type = "i32", unit = "1/1024 tile" },
      { name = "y", type = "i32", unit = "1/1024 tile" },
      { name = "z", type = "i32", unit = "1/1024 tile" },
      { name = "vz", type = "i16", unit = "units per tick" },
      { name = "rotation", type = "u16", unit = "1/65536 turn" },
      { name = "players", type = "array", record = "PlayerState", max = 4000 },
    },
  },
  [6] = {
    name = "HELLO",
    fields = {
      { name = "magic", type = "u32" },
      { name = "lowest_version", type = "u8" },
      { name = "highest_version", type = "u8" },
      { name = "features", type = "u32" },
      { name = "schema_hash", type = "u32" },
      { name = "client", type = "string", max = 64 },
    },
  },
  [7] = {
    name = "WELCOME",
    fields = {
      { name = "version", type = "u8" },
      { name = "features", type = "u32" },
      { name = "schema_hash", type = "u32" },
      { name = "tick_rate", type = "u8", unit = "ticks per second" },
      { name = "tick", type = "u32" },
      { name = "messages_per_second", type = "u16" },
      { name = "chat_characters", type = "u16" },
      { name = "server", type = "string", max = 80 },
    },
  },
  [8] = {
    name = "AUTH",
    fields = {
      { name = "method", type = "u8", enum = "AuthMethod" },
      { name = "look", type = "u8" },
      { name = "name", type = "string", max = 255 },
      { name = "secret", type = "bytes", max = 512 },
    },
  },
  [9] = {
    name = "AUTH_OK",
    fields = {
      { name = "player_id", type = "u32" },
      { name = "name", type = "string", max = 80 },
      { name = "account", type = "u8" },
      { name = "look", type = "u8" },
      { name = "role", type = "string", max = 16 },
      { name = "resume_seconds", type = "u16", unit = "seconds" },
      { name = "resume_token", type = "bytes", max = 64 },
    },
  },
  [10] = {
    name = "ENTER_WORLD",
    fields = {
      { name = "world", type = "string", max = 64 },
    },
  },
  [11] = {
    name = "WORLD_ENTERED",
    fields = {
      { name = "tick", type = "u32" },
      { name = "slot", type = "u16" },
      { name = "width", type = "u16", unit = "tiles" },
      { name = "height", type = "u16", unit = "tiles" },
      { name = "world", type = "string", max = 64 },
      { name = "mode", type = "string", max = 64 },
    },
  },
  [12] = {
    name = "PING",
    fields = {
      { name = "token", type = "u32" },
    },
  },
  [13] = {
    name = "PONG",
    fields = {
      { name = "token", type = "u32" },
      { name = "tick", type = "u32" },
      { name = "phase", type = "u16", unit = "1/65536 tick" },
    },
  },
  [14] = {
    name = "INPUT",
    fields = {
      { name = "tick", type = "u32" },
      { name = "commands", type = "array", record = "Command", max = 8 },
    },
  },
  [15] = {
    name = "CHUNK_DATA",
    fields = {
      { name = "chunk_x", type = "u16", unit = "chunks" },
      { name = "chunk_y", type = "u16", unit = "chunks" },
      { name = "revision", type = "u32" },
      { name = "cells", type = "bytes", max = 8192 },
    },
  },
  [16] = {
    name = "CHUNK_DROP",
    fields = {
      { name = "chunk_x", type = "u16", unit = "chunks" },
      { name = "chunk_y", type = "u16", unit = "chunks" },
    },
  },
  [17] = {
    name = "ERROR",
    fields = {
      { name = "code", type = "u16", enum = "ErrorCode" },
      { name = "fatal", type = "u8" },
      { name = "message", type = "u8" },
      { name = "retry_after_ms", type = "u32", unit = "ms" },
      { name = "text", type = "string", max = 255 },
    },
  },
  [18] = {
    name = "TILE",
    fields = {
      { name = "id", type = "u16" },
      { name = "layer", type = "u8" },
      { name = "height", type = "i16", unit = "1/1024 tile" },
      { name = "speed", type = "u16", unit = "percent" },
      { name = "colour", type = "u32", unit = "0xRRGGBB" },
      { name = "column", type = "u8", unit = "cells" },
      { name = "row", type = "u8", unit = "cells" },
      { name = "pattern", type = "u8", enum = "TilePattern" },
      { name = "name", type = "string", max = 64 },
    },
  },
  [19] = {
    name = "RESYNC",
    fields = {
    },
  },
  [20] = {
    name = "CHUNK_EDIT",
    fields = {
      { name = "chunk_x", type = "u16", unit = "chunks" },
      { name = "chunk_y", type = "u16", unit = "chunks" },
      { name = "base_revision", type = "u32" },
      { name = "revision", type = "u32" },
      { name = "cells", type = "array", record = "CellChange", max = 768 },
    },
  },
  [21] = {
    name = "CHUNK_REQUEST",
    fields = {
      { name = "chunk_x", type = "u16", unit = "chunks" },
      { name = "chunk_y", type = "u16", unit = "chunks" },
    },
  },
  [22] = {
    name = "EDIT_CELLS",
    fields = {
      { name = "edit", type = "u32" },
      { name = "cells", type = "array", record = "CellEdit", max = 500 },
    },
  },
  [23] = {
    name = "EDIT_SHAPE",
    fields = {
      { name = "edit", type = "u32" },
      { name = "shape", type = "u8", enum = "Shape" },
      { name = "layer", type = "u8" },
      { name = "tile", type = "u16" },
      { name = "x0", type = "u16", unit = "tiles" },
      { name = "y0", type = "u16", unit = "tiles" },
      { name = "x1", type = "u16", unit = "tiles" },
      { name = "y1", type = "u16", unit = "tiles" },
      { name = "size", type = "u8", unit = "tiles" },
    },
  },
  [24] = {
    name = "EDIT_STAMP",
    fields = {
      { name = "edit", type = "u32" },
      { name = "layers", type = "u8" },
      { name = "x", type = "u16", unit = "tiles" },
      { name = "y", type = "u16", unit = "tiles" },
      { name = "width", type = "u16", unit = "tiles" },
      { name = "height", type = "u16", unit = "tiles" },
      { name = "to_x", type = "u16", unit = "tiles" },
      { name = "to_y", type = "u16", unit = "tiles" },
    },
  },
  [25] = {
    name = "EDIT_UNDO",
    fields = {
      { name = "edit", type = "u32" },
      { name = "redo", type = "u8" },
    },
  },
  [26] = {
    name = "EDIT_RESULT",
    fields = {
      { name = "edit", type = "u32" },
      { name = "code", type = "u16", enum = "ErrorCode" },
      { name = "cells", type = "u32" },
      { name = "skipped", type = "u32" },
      { name = "retry_after_ms", type = "u32", unit = "ms" },
      { name = "text", type = "string", max = 255 },
    },
  },
  [27] = {
    name = "NOTICE",
    fields = {
      { name = "code", type = "u8", enum = "NoticeCode" },
      { name = "values", type = "string", max = 4000 },
    },
  },
  [28] = {
    name = "CHAT_COMMAND",
    fields = {
      { name = "index", type = "u8" },
      { name = "name", type = "string", max = 32 },
      { name = "parameters", type = "string", max = 128 },
    },
  },
  [29] = {
    name = "WHISPER",
    fields = {
      { name = "player_id", type = "u32" },
      { name = "own", type = "u8" },
      { name = "name", type = "string", max = 80 },
      { name = "text", type = "string", max = 2000 },
      { name = "timestamp", type = "u64", unit = "ms since 1970" },
    },
  },
  [30] = {
    name = "REPORT",
    fields = {
      { name = "player_id", type = "u32" },
      { name = "text", type = "string", max = 2000 },
    },
  },
  [31] = {
    name = "RENAME",
    fields = {
      { name = "name", type = "string", max = 255 },
    },
  },
  [32] = {
    name = "CHAT_REMOVED",
    fields = {
      { name = "player_id", type = "u32" },
      { name = "timestamp", type = "u64", unit = "ms since 1970" },
    },
  },
  [33] = {
    name = "WATCH",
    fields = {
      { name = "world", type = "string", max = 64 },
      { name = "player_id", type = "u32" },
      { name = "chunk_x", type = "u16", unit = "chunks" },
      { name = "chunk_y", type = "u16", unit = "chunks" },
      { name = "width", type = "u8", unit = "chunks" },
      { name = "height", type = "u8", unit = "chunks" },
    },
  },
  [34] = {
    name = "EMOTE",
    fields = {
      { name = "player_id", type = "u32" },
      { name = "kind", type = "u8", enum = "EmoteKind" },
    },
  },
  [65] = {
    name = "MODE_STATE",
    fields = {
      { name = "mode", type = "string", max = 64 },
      { name = "phase", type = "u8", enum = "ModePhase" },
      { name = "ends_tick", type = "u32", unit = "ticks" },
      { name = "score_kind", type = "u8", enum = "ScoreKind" },
      { name = "key", type = "string", max = 64 },
      { name = "values", type = "string", max = 1000 },
      { name = "texts", type = "string", max = 2000 },
    },
  },
  [66] = {
    name = "MODE_SCORES",
    fields = {
      { name = "full", type = "u8" },
      { name = "rows", type = "array", record = "ModeScore", max = 2000 },
    },
  },
  [67] = {
    name = "MODE_RECORD",
    fields = {
      { name = "index", type = "u8" },
      { name = "count", type = "u8" },
      { name = "player_id", type = "u32" },
      { name = "score", type = "i32" },
      { name = "time", type = "u32", unit = "ticks" },
      { name = "name", type = "string", max = 80 },
    },
  },
  [68] = {
    name = "MODE_NEWS",
    fields = {
      { name = "key", type = "string", max = 64 },
      { name = "values", type = "string", max = 1000 },
      { name = "texts", type = "string", max = 2000 },
    },
  },
  [69] = {
    name = "MODE_GOAL",
    fields = {
      { name = "x", type = "u16", unit = "tiles" },
      { name = "y", type = "u16", unit = "tiles" },
      { name = "width", type = "u16", unit = "tiles" },
      { name = "height", type = "u16", unit = "tiles" },
    },
  },
}

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
