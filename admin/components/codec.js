// Generated from protocol.toml by `python -m protocol_spec.generate`: do not edit.

export const PROTOCOL_VERSION = 1;
export const SUBPROTOCOL = "estragon.v1";
export const SCHEMA_HASH = 1920207465;
/** The first field of HELLO, "ESTR" in ASCII: whoever does not send it is not one of us. */
export const MAGIC = 1163088978;
/** The longest WebSocket message that a client may send. */
export const MAX_CLIENT_MESSAGE = 4096;
/** The longest WebSocket message that a server sends; Godot's receive buffer is 65,535 bytes. */
export const MAX_SERVER_MESSAGE = 32768;
/** The side of a chunk, the square in which maps are streamed and players are seen. */
export const CHUNK_SIZE = 16;
/** Layers of a map, in this order: ground, things, roofs (drawn over the players' heads). */
export const LAYER_COUNT = 3;
/** Positions are integers in this unit. */
export const UNITS_PER_TILE = 1024;
/** Full pace on a tile of speed 100: five tiles a second. */
export const WALK_SPEED = 256;
/** Half the side of the square that a body fills on the ground. */
export const BODY_RADIUS = 300;
/** A body walks up a difference of height up to this; a higher one stops it. */
export const STEP_HEIGHT = 256;
/** How fast a body leaves the ground: it rises by 360 and lands after 9 ticks. No multiple of GRAVITY, so that vz is 0 of those alone who stand. */
export const JUMP_SPEED = 150;
/** How much faster a body falls with each tick in the air. */
export const GRAVITY = 40;
/** The height of what nobody enters, from whatever height. */
export const NEVER_ENTER = 32767;
/** How far around a body that is inside solid ground a free cell is looked for. */
export const FREE_SEARCH_TILES = 32;
/** For so many ticks a missing command is taken to equal the one before; then the body stands. */
export const INPUT_REPEAT_TICKS = 3;
/** Commands for ticks further ahead than this are not kept. */
export const INPUT_BUFFER_TICKS = 32;
/** Types up to here are the core's: an unknown one is an error. Above, unknown ones are skipped. */
export const HIGHEST_CORE_TYPE = 63;
/** Types from here on are the game's own: no version of the protocol will ever use them... */
export const LOWEST_OWN_TYPE = 128;
/** ...up to here. */
export const HIGHEST_OWN_TYPE = 191;
/** WORLD_ENTERED.slot of who only watches. */
export const WATCHER = 65535;
/** The side of the largest square that one may watch: so far 16 bits of a place tell where it is. */
export const WATCHED_CHUNKS = 16;
/** The cosine of n/256 of a turn, rounded once and for all: no side calls its own mathematics library. The sine of n is the cosine of n - 64. */
export const COSINE = [16384, 16379, 16364, 16340, 16305, 16261, 16207, 16143, 16069, 15986, 15893, 15791, 15679, 15557, 15426, 15286, 15137, 14978, 14811, 14635, 14449, 14256, 14053, 13842, 13623, 13395, 13160, 12916, 12665, 12406, 12140, 11866, 11585, 11297, 11003, 10702, 10394, 10080, 9760, 9434, 9102, 8765, 8423, 8076, 7723, 7366, 7005, 6639, 6270, 5897, 5520, 5139, 4756, 4370, 3981, 3590, 3196, 2801, 2404, 2006, 1606, 1205, 804, 402, 0, -402, -804, -1205, -1606, -2006, -2404, -2801, -3196, -3590, -3981, -4370, -4756, -5139, -5520, -5897, -6270, -6639, -7005, -7366, -7723, -8076, -8423, -8765, -9102, -9434, -9760, -10080, -10394, -10702, -11003, -11297, -11585, -11866, -12140, -12406, -12665, -12916, -13160, -13395, -13623, -13842, -14053, -14256, -14449, -14635, -14811, -14978, -15137, -15286, -15426, -15557, -15679, -15791, -15893, -15986, -16069, -16143, -16207, -16261, -16305, -16340, -16364, -16379, -16384, -16379, -16364, -16340, -16305, -16261, -16207, -16143, -16069, -15986, -15893, -15791, -15679, -15557, -15426, -15286, -15137, -14978, -14811, -14635, -14449, -14256, -14053, -13842, -13623, -13395, -13160, -12916, -12665, -12406, -12140, -11866, -11585, -11297, -11003, -10702, -10394, -10080, -9760, -9434, -9102, -8765, -8423, -8076, -7723, -7366, -7005, -6639, -6270, -5897, -5520, -5139, -4756, -4370, -3981, -3590, -3196, -2801, -2404, -2006, -1606, -1205, -804, -402, 0, 402, 804, 1205, 1606, 2006, 2404, 2801, 3196, 3590, 3981, 4370, 4756, 5139, 5520, 5897, 6270, 6639, 7005, 7366, 7723, 8076, 8423, 8765, 9102, 9434, 9760, 10080, 10394, 10702, 11003, 11297, 11585, 11866, 12140, 12406, 12665, 12916, 13160, 13395, 13623, 13842, 14053, 14256, 14449, 14635, 14811, 14978, 15137, 15286, 15426, 15557, 15679, 15791, 15893, 15986, 16069, 16143, 16207, 16261, 16305, 16340, 16364, 16379];
export const MessageType = Object.freeze({
  "PLAYER_UPDATE": 1,
  "PLAYER_JOIN": 2,
  "PLAYER_LEAVE": 3,
  "CHAT_MESSAGE": 4,
  "WORLD_STATE": 5,
  "HELLO": 6,
  "WELCOME": 7,
  "AUTH": 8,
  "AUTH_OK": 9,
  "ENTER_WORLD": 10,
  "WORLD_ENTERED": 11,
  "PING": 12,
  "PONG": 13,
  "INPUT": 14,
  "CHUNK_DATA": 15,
  "CHUNK_DROP": 16,
  "ERROR": 17,
  "TILE": 18,
  "RESYNC": 19,
  "CHUNK_EDIT": 20,
  "CHUNK_REQUEST": 21,
  "EDIT_CELLS": 22,
  "EDIT_SHAPE": 23,
  "EDIT_STAMP": 24,
  "EDIT_UNDO": 25,
  "EDIT_RESULT": 26,
  "NOTICE": 27,
  "CHAT_COMMAND": 28,
  "WHISPER": 29,
  "REPORT": 30,
  "RENAME": 31,
  "CHAT_REMOVED": 32,
  "WATCH": 33,
  "EMOTE": 34,
  "MODE_STATE": 65,
  "MODE_SCORES": 66,
  "MODE_RECORD": 67,
  "MODE_NEWS": 68,
  "MODE_GOAL": 69
});
export const ErrorCode = Object.freeze({
  "INTERNAL": 1,
  "EMPTY_MESSAGE": 10,
  "TEXT_FRAME": 11,
  "MESSAGE_TOO_LARGE": 12,
  "LENGTH_BEYOND_END": 13,
  "UNKNOWN_TYPE": 14,
  "WRONG_DIRECTION": 15,
  "WRONG_STATE": 16,
  "TRUNCATED": 17,
  "VALUE_TOO_LONG": 18,
  "BAD_TEXT": 19,
  "BAD_MAGIC": 20,
  "VERSION_UNSUPPORTED": 21,
  "AUTH_TIMEOUT": 22,
  "RATE_LIMITED": 23,
  "SILENT": 24,
  "AUTH_METHOD_UNSUPPORTED": 30,
  "NAME_EMPTY": 31,
  "NAME_TOO_SHORT": 32,
  "NAME_TOO_LONG": 33,
  "NAME_INVALID": 34,
  "NAME_IN_USE": 35,
  "WORLD_UNKNOWN": 36,
  "WORLD_FULL": 37,
  "TOO_MANY_CONNECTIONS": 38,
  "NAME_REGISTERED": 39,
  "CHAT_EMPTY": 40,
  "CHAT_TOO_LONG": 41,
  "CHAT_TOO_FAST": 42,
  "CHAT_MUTED": 43,
  "CHAT_NOBODY": 44,
  "COMMAND_UNKNOWN": 45,
  "COMMAND_USAGE": 46,
  "EMOTE_UNKNOWN": 48,
  "WATCH_TOO_MUCH": 47,
  "EDIT_FORBIDDEN": 60,
  "EDIT_OUTSIDE": 61,
  "EDIT_TILE": 62,
  "EDIT_TOO_LARGE": 63,
  "EDIT_TOO_FAST": 64,
  "EDIT_NOT_SAVED": 65,
  "EDIT_NOTHING": 66,
  "EDIT_PROTECTED": 67,
  "PASSWORD_TOO_SHORT": 77,
  "PASSWORD_TOO_LONG": 78,
  "PASSWORD_COMMON": 79,
  "SERVER_STOPPING": 50,
  "KICKED": 51,
  "BANNED": 52,
  "TAKEN_OVER": 53,
  "LOGGED_OUT": 54,
  "AUTH_FAILED": 70,
  "AUTH_TOO_MANY_TRIES": 71,
  "AUTH_INSECURE": 72,
  "AUTH_EXPIRED": 73,
  "GUESTS_FORBIDDEN": 74,
  "FORBIDDEN": 75,
  "SERVER_BUSY": 76
});
export const AuthMethod = Object.freeze({
  "GUEST": 1,
  "PASSWORD": 2,
  "TICKET": 3,
  "RESUME": 4
});
export const NoticeCode = Object.freeze({
  "ANNOUNCEMENT": 1,
  "WARNED": 2,
  "MUTED": 3,
  "UNMUTED": 4,
  "CHAT_HELD": 5,
  "SLOW_MODE": 6,
  "TELEPORTED": 7,
  "REPORT_FILED": 8,
  "DONE": 9,
  "PLAYERS": 10,
  "COMMANDS": 11,
  "NAME_CHANGED": 12,
  "ROLE_CHANGED": 13
});
export const EmoteKind = Object.freeze({
  "WAVE": 1,
  "LAUGH": 2,
  "HEART": 3,
  "SAD": 4,
  "ANGRY": 5,
  "QUESTION": 6,
  "SURPRISE": 7,
  "SLEEP": 8
});
export const LeaveReason = Object.freeze({
  "LEFT": 1,
  "LOST": 2,
  "REMOVED": 3
});
export const Shape = Object.freeze({
  "STROKE": 1,
  "RECTANGLE": 2,
  "FILL": 3
});
export const TilePattern = Object.freeze({
  "SINGLE": 0,
  "RANDOM": 1,
  "EDGES": 2
});
export const Button = Object.freeze({
  "JUMP": 1,
  "USE": 2
});
export const PlayerFlag = Object.freeze({
  "MOVING": 1,
  "AIRBORNE": 2
});
export const SnapshotFlag = Object.freeze({
  "FULL": 1
});
export const ModePhase = Object.freeze({
  "NONE": 0,
  "WAITING": 1,
  "PAUSE": 2,
  "RUNNING": 3,
  "OVER": 4
});
export const ScoreKind = Object.freeze({
  "NONE": 0,
  "POINTS": 1,
  "LAPS": 2,
  "TILES": 3
});
export const ModeMark = Object.freeze({
  "IT": 1,
  "SPECTATOR": 2,
  "FINISHED": 4,
  "WINNER": 8
});
const RECORDS = {
  "Command": {
    "size": 6,
    "fields": [
      {
        "name": "direction",
        "type": "u16"
      },
      {
        "name": "aim",
        "type": "u16"
      },
      {
        "name": "pace",
        "type": "u8"
      },
      {
        "name": "buttons",
        "type": "u8"
      }
    ]
  },
  "PlayerState": {
    "size": 8,
    "fields": [
      {
        "name": "slot",
        "type": "u16"
      },
      {
        "name": "x",
        "type": "u16"
      },
      {
        "name": "y",
        "type": "u16"
      },
      {
        "name": "rotation",
        "type": "u8"
      },
      {
        "name": "flags",
        "type": "u8"
      }
    ]
  },
  "CellChange": {
    "size": 4,
    "fields": [
      {
        "name": "index",
        "type": "u16"
      },
      {
        "name": "tile",
        "type": "u16"
      }
    ]
  },
  "CellEdit": {
    "size": 7,
    "fields": [
      {
        "name": "layer",
        "type": "u8"
      },
      {
        "name": "x",
        "type": "u16"
      },
      {
        "name": "y",
        "type": "u16"
      },
      {
        "name": "tile",
        "type": "u16"
      }
    ]
  },
  "ModeScore": {
    "size": 13,
    "fields": [
      {
        "name": "player_id",
        "type": "u32"
      },
      {
        "name": "score",
        "type": "i32"
      },
      {
        "name": "time",
        "type": "u32"
      },
      {
        "name": "marks",
        "type": "u8"
      }
    ]
  }
};
const MESSAGES = {
  "1": {
    "name": "PLAYER_UPDATE",
    "fields": [
      {
        "name": "player_id",
        "type": "u32"
      },
      {
        "name": "x",
        "type": "i32"
      },
      {
        "name": "y",
        "type": "i32"
      },
      {
        "name": "z",
        "type": "i32"
      },
      {
        "name": "rotation",
        "type": "u16"
      },
      {
        "name": "timestamp",
        "type": "u32"
      }
    ]
  },
  "2": {
    "name": "PLAYER_JOIN",
    "fields": [
      {
        "name": "player_id",
        "type": "u32"
      },
      {
        "name": "slot",
        "type": "u16"
      },
      {
        "name": "look",
        "type": "u8"
      },
      {
        "name": "name",
        "type": "string",
        "max": 80
      }
    ]
  },
  "3": {
    "name": "PLAYER_LEAVE",
    "fields": [
      {
        "name": "player_id",
        "type": "u32"
      },
      {
        "name": "reason",
        "type": "u8"
      }
    ]
  },
  "4": {
    "name": "CHAT_MESSAGE",
    "fields": [
      {
        "name": "player_id",
        "type": "u32"
      },
      {
        "name": "text",
        "type": "string",
        "max": 2000
      },
      {
        "name": "timestamp",
        "type": "u64"
      }
    ]
  },
  "5": {
    "name": "WORLD_STATE",
    "fields": [
      {
        "name": "tick",
        "type": "u32"
      },
      {
        "name": "input_tick",
        "type": "u32"
      },
      {
        "name": "lead",
        "type": "i8"
      },
      {
        "name": "flags",
        "type": "u8"
      },
      {
        "name": "x",
        "type": "i32"
      },
      {
        "name": "y",
        "type": "i32"
      },
      {
        "name": "z",
        "type": "i32"
      },
      {
        "name": "vz",
        "type": "i16"
      },
      {
        "name": "rotation",
        "type": "u16"
      },
      {
        "name": "players",
        "type": "array",
        "max": 4000,
        "record": "PlayerState"
      }
    ]
  },
  "6": {
    "name": "HELLO",
    "fields": [
      {
        "name": "magic",
        "type": "u32"
      },
      {
        "name": "lowest_version",
        "type": "u8"
      },
      {
        "name": "highest_version",
        "type": "u8"
      },
      {
        "name": "features",
        "type": "u32"
      },
      {
        "name": "schema_hash",
        "type": "u32"
      },
      {
        "name": "client",
        "type": "string",
        "max": 64
      }
    ]
  },
  "7": {
    "name": "WELCOME",
    "fields": [
      {
        "name": "version",
        "type": "u8"
      },
      {
        "name": "features",
        "type": "u32"
      },
      {
        "name": "schema_hash",
        "type": "u32"
      },
      {
        "name": "tick_rate",
        "type": "u8"
      },
      {
        "name": "tick",
        "type": "u32"
      },
      {
        "name": "messages_per_second",
        "type": "u16"
      },
      {
        "name": "chat_characters",
        "type": "u16"
      },
      {
        "name": "server",
        "type": "string",
        "max": 80
      }
    ]
  },
  "8": {
    "name": "AUTH",
    "fields": [
      {
        "name": "method",
        "type": "u8"
      },
      {
        "name": "look",
        "type": "u8"
      },
      {
        "name": "name",
        "type": "string",
        "max": 255
      },
      {
        "name": "secret",
        "type": "bytes",
        "max": 512
      }
    ]
  },
  "9": {
    "name": "AUTH_OK",
    "fields": [
      {
        "name": "player_id",
        "type": "u32"
      },
      {
        "name": "name",
        "type": "string",
        "max": 80
      },
      {
        "name": "account",
        "type": "u8"
      },
      {
        "name": "look",
        "type": "u8"
      },
      {
        "name": "role",
        "type": "string",
        "max": 16
      },
      {
        "name": "resume_seconds",
        "type": "u16"
      },
      {
        "name": "resume_token",
        "type": "bytes",
        "max": 64
      }
    ]
  },
  "10": {
    "name": "ENTER_WORLD",
    "fields": [
      {
        "name": "world",
        "type": "string",
        "max": 64
      }
    ]
  },
  "11": {
    "name": "WORLD_ENTERED",
    "fields": [
      {
        "name": "tick",
        "type": "u32"
      },
      {
        "name": "slot",
        "type": "u16"
      },
      {
        "name": "width",
        "type": "u16"
      },
      {
        "name": "height",
        "type": "u16"
      },
      {
        "name": "world",
        "type": "string",
        "max": 64
      },
      {
        "name": "mode",
        "type": "string",
        "max": 64
      }
    ]
  },
  "12": {
    "name": "PING",
    "fields": [
      {
        "name": "token",
        "type": "u32"
      }
    ]
  },
  "13": {
    "name": "PONG",
    "fields": [
      {
        "name": "token",
        "type": "u32"
      },
      {
        "name": "tick",
        "type": "u32"
      },
      {
        "name": "phase",
        "type": "u16"
      }
    ]
  },
  "14": {
    "name": "INPUT",
    "fields": [
      {
        "name": "tick",
        "type": "u32"
      },
      {
        "name": "commands",
        "type": "array",
        "max": 8,
        "record": "Command"
      }
    ]
  },
  "15": {
    "name": "CHUNK_DATA",
    "fields": [
      {
        "name": "chunk_x",
        "type": "u16"
      },
      {
        "name": "chunk_y",
        "type": "u16"
      },
      {
        "name": "revision",
        "type": "u32"
      },
      {
        "name": "cells",
        "type": "bytes",
        "max": 8192
      }
    ]
  },
  "16": {
    "name": "CHUNK_DROP",
    "fields": [
      {
        "name": "chunk_x",
        "type": "u16"
      },
      {
        "name": "chunk_y",
        "type": "u16"
      }
    ]
  },
  "17": {
    "name": "ERROR",
    "fields": [
      {
        "name": "code",
        "type": "u16"
      },
      {
        "name": "fatal",
        "type": "u8"
      },
      {
        "name": "message",
        "type": "u8"
      },
      {
        "name": "retry_after_ms",
        "type": "u32"
      },
      {
        "name": "text",
        "type": "string",
        "max": 255
      }
    ]
  },
  "18": {
    "name": "TILE",
    "fields": [
      {
        "name": "id",
        "type": "u16"
      },
      {
        "name": "layer",
        "type": "u8"
      },
      {
        "name": "height",
        "type": "i16"
      },
      {
        "name": "speed",
        "type": "u16"
      },
      {
        "name": "colour",
        "type": "u32"
      },
      {
        "name": "column",
        "type": "u8"
      },
      {
        "name": "row",
        "type": "u8"
      },
      {
        "name": "pattern",
        "type": "u8"
      },
      {
        "name": "name",
        "type": "string",
        "max": 64
      }
    ]
  },
  "19": {
    "name": "RESYNC",
    "fields": []
  },
  "20": {
    "name": "CHUNK_EDIT",
    "fields": [
      {
        "name": "chunk_x",
        "type": "u16"
      },
      {
        "name": "chunk_y",
        "type": "u16"
      },
      {
        "name": "base_revision",
        "type": "u32"
      },
      {
        "name": "revision",
        "type": "u32"
      },
      {
        "name": "cells",
        "type": "array",
        "max": 768,
        "record": "CellChange"
      }
    ]
  },
  "21": {
    "name": "CHUNK_REQUEST",
    "fields": [
      {
        "name": "chunk_x",
        "type": "u16"
      },
      {
        "name": "chunk_y",
        "type": "u16"
      }
    ]
  },
  "22": {
    "name": "EDIT_CELLS",
    "fields": [
      {
        "name": "edit",
        "type": "u32"
      },
      {
        "name": "cells",
        "type": "array",
        "max": 500,
        "record": "CellEdit"
      }
    ]
  },
  "23": {
    "name": "EDIT_SHAPE",
    "fields": [
      {
        "name": "edit",
        "type": "u32"
      },
      {
        "name": "shape",
        "type": "u8"
      },
      {
        "name": "layer",
        "type": "u8"
      },
      {
        "name": "tile",
        "type": "u16"
      },
      {
        "name": "x0",
        "type": "u16"
      },
      {
        "name": "y0",
        "type": "u16"
      },
      {
        "name": "x1",
        "type": "u16"
      },
      {
        "name": "y1",
        "type": "u16"
      },
      {
        "name": "size",
        "type": "u8"
      }
    ]
  },
  "24": {
    "name": "EDIT_STAMP",
    "fields": [
      {
        "name": "edit",
        "type": "u32"
      },
      {
        "name": "layers",
        "type": "u8"
      },
      {
        "name": "x",
        "type": "u16"
      },
      {
        "name": "y",
        "type": "u16"
      },
      {
        "name": "width",
        "type": "u16"
      },
      {
        "name": "height",
        "type": "u16"
      },
      {
        "name": "to_x",
        "type": "u16"
      },
      {
        "name": "to_y",
        "type": "u16"
      }
    ]
  },
  "25": {
    "name": "EDIT_UNDO",
    "fields": [
      {
        "name": "edit",
        "type": "u32"
      },
      {
        "name": "redo",
        "type": "u8"
      }
    ]
  },
  "26": {
    "name": "EDIT_RESULT",
    "fields": [
      {
        "name": "edit",
        "type": "u32"
      },
      {
        "name": "code",
        "type": "u16"
      },
      {
        "name": "cells",
        "type": "u32"
      },
      {
        "name": "skipped",
        "type": "u32"
      },
      {
        "name": "retry_after_ms",
        "type": "u32"
      },
      {
        "name": "text",
        "type": "string",
        "max": 255
      }
    ]
  },
  "27": {
    "name": "NOTICE",
    "fields": [
      {
        "name": "code",
        "type": "u8"
      },
      {
        "name": "values",
        "type": "string",
        "max": 4000
      }
    ]
  },
  "28": {
    "name": "CHAT_COMMAND",
    "fields": [
      {
        "name": "index",
        "type": "u8"
      },
      {
        "name": "name",
        "type": "string",
        "max": 32
      },
      {
        "name": "parameters",
        "type": "string",
        "max": 128
      }
    ]
  },
  "29": {
    "name": "WHISPER",
    "fields": [
      {
        "name": "player_id",
        "type": "u32"
      },
      {
        "name": "own",
        "type": "u8"
      },
      {
        "name": "name",
        "type": "string",
        "max": 80
      },
      {
        "name": "text",
        "type": "string",
        "max": 2000
      },
      {
        "name": "timestamp",
        "type": "u64"
      }
    ]
  },
  "30": {
    "name": "REPORT",
    "fields": [
      {
        "name": "player_id",
        "type": "u32"
      },
      {
        "name": "text",
        "type": "string",
        "max": 2000
      }
    ]
  },
  "31": {
    "name": "RENAME",
    "fields": [
      {
        "name": "name",
        "type": "string",
        "max": 255
      }
    ]
  },
  "32": {
    "name": "CHAT_REMOVED",
    "fields": [
      {
        "name": "player_id",
        "type": "u32"
      },
      {
        "name": "timestamp",
        "type": "u64"
      }
    ]
  },
  "33": {
    "name": "WATCH",
    "fields": [
      {
        "name": "world",
        "type": "string",
        "max": 64
      },
      {
        "name": "player_id",
        "type": "u32"
      },
      {
        "name": "chunk_x",
        "type": "u16"
      },
      {
        "name": "chunk_y",
        "type": "u16"
      },
      {
        "name": "width",
        "type": "u8"
      },
      {
        "name": "height",
        "type": "u8"
      }
    ]
  },
  "34": {
    "name": "EMOTE",
    "fields": [
      {
        "name": "player_id",
        "type": "u32"
      },
      {
        "name": "kind",
        "type": "u8"
      }
    ]
  },
  "65": {
    "name": "MODE_STATE",
    "fields": [
      {
        "name": "mode",
        "type": "string",
        "max": 64
      },
      {
        "name": "phase",
        "type": "u8"
      },
      {
        "name": "ends_tick",
        "type": "u32"
      },
      {
        "name": "score_kind",
        "type": "u8"
      },
      {
        "name": "key",
        "type": "string",
        "max": 64
      },
      {
        "name": "values",
        "type": "string",
        "max": 1000
      },
      {
        "name": "texts",
        "type": "string",
        "max": 2000
      }
    ]
  },
  "66": {
    "name": "MODE_SCORES",
    "fields": [
      {
        "name": "full",
        "type": "u8"
      },
      {
        "name": "rows",
        "type": "array",
        "max": 2000,
        "record": "ModeScore"
      }
    ]
  },
  "67": {
    "name": "MODE_RECORD",
    "fields": [
      {
        "name": "index",
        "type": "u8"
      },
      {
        "name": "count",
        "type": "u8"
      },
      {
        "name": "player_id",
        "type": "u32"
      },
      {
        "name": "score",
        "type": "i32"
      },
      {
        "name": "time",
        "type": "u32"
      },
      {
        "name": "name",
        "type": "string",
        "max": 80
      }
    ]
  },
  "68": {
    "name": "MODE_NEWS",
    "fields": [
      {
        "name": "key",
        "type": "string",
        "max": 64
      },
      {
        "name": "values",
        "type": "string",
        "max": 1000
      },
      {
        "name": "texts",
        "type": "string",
        "max": 2000
      }
    ]
  },
  "69": {
    "name": "MODE_GOAL",
    "fields": [
      {
        "name": "x",
        "type": "u16"
      },
      {
        "name": "y",
        "type": "u16"
      },
      {
        "name": "width",
        "type": "u16"
      },
      {
        "name": "height",
        "type": "u16"
      }
    ]
  }
};

const SIZES = { u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4, u64: 8 };
const READ = {
  u8: (view, at) => view.getUint8(at),
  i8: (view, at) => view.getInt8(at),
  u16: (view, at) => view.getUint16(at),
  i16: (view, at) => view.getInt16(at),
  u32: (view, at) => view.getUint32(at),
  i32: (view, at) => view.getInt32(at),
  u64: (view, at) => Number(view.getBigUint64(at)),
};
const WRITE = {
  u8: (view, at, value) => view.setUint8(at, value),
  i8: (view, at, value) => view.setInt8(at, value),
  u16: (view, at, value) => view.setUint16(at, value),
  i16: (view, at, value) => view.setInt16(at, value),
  u32: (view, at, value) => view.setUint32(at, value),
  i32: (view, at, value) => view.setInt32(at, value),
  u64: (view, at, value) => view.setBigUint64(at, BigInt(value)),
};
const UTF8_READER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const UTF8_WRITER = new TextEncoder();

/** The bytes are not the protocol's; `code` is a value of ErrorCode. */
export class DecodeError extends Error {
  constructor(code, messageType = 0) {
    const name = Object.keys(ErrorCode).find((key) => ErrorCode[key] === code);
    super(name);
    this.code = code;
    this.messageType = messageType;
  }
}

function need(view, at, size) {
  if (at + size > view.byteLength) throw new DecodeError(ErrorCode.TRUNCATED);
}

function readFields(view, at, fields) {
  const values = {};
  for (const field of fields) {
    if (field.type in SIZES) {
      need(view, at, SIZES[field.type]);
      values[field.name] = READ[field.type](view, at);
      at += SIZES[field.type];
      continue;
    }
    const prefix = field.max > 0xff ? "u16" : "u8";
    need(view, at, SIZES[prefix]);
    const count = READ[prefix](view, at);
    at += SIZES[prefix];
    if (count > field.max) throw new DecodeError(ErrorCode.VALUE_TOO_LONG);
    if (field.type === "array") {
      const record = RECORDS[field.record];
      need(view, at, count * record.size);
      values[field.name] = [];
      for (let index = 0; index < count; index += 1) {
        values[field.name].push(readFields(view, at, record.fields).values);
        at += record.size;
      }
      continue;
    }
    need(view, at, count);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, count);
    at += count;
    if (field.type === "bytes") {
      values[field.name] = bytes.slice();
      continue;
    }
    try {
      values[field.name] = UTF8_READER.decode(bytes);
    } catch {
      throw new DecodeError(ErrorCode.BAD_TEXT);
    }
  }
  return { values, at };
}

function readMessage(type, view) {
  const message = MESSAGES[type];
  if (message === undefined) {
    if (type <= HIGHEST_CORE_TYPE) throw new DecodeError(ErrorCode.UNKNOWN_TYPE, type);
    return null;
  }
  try {
    return { name: message.name, fields: readFields(view, 0, message.fields).values };
  } catch (error) {
    if (error instanceof DecodeError) error.messageType = type;
    throw error;
  }
}

/** Reads a whole WebSocket message (an ArrayBuffer) into a list of { name, fields }. */
export function decode(buffer) {
  const view = new DataView(buffer);
  if (view.byteLength === 0) throw new DecodeError(ErrorCode.EMPTY_MESSAGE);
  const messages = [];
  for (let at = 0; at < view.byteLength; ) {
    if (at + 3 > view.byteLength) throw new DecodeError(ErrorCode.LENGTH_BEYOND_END);
    const type = view.getUint8(at);
    const length = view.getUint16(at + 1);
    if (at + 3 + length > view.byteLength) {
      throw new DecodeError(ErrorCode.LENGTH_BEYOND_END, type);
    }
    const message = readMessage(type, new DataView(buffer, at + 3, length));
    if (message !== null) messages.push(message);
    at += 3 + length;
  }
  return messages;
}

function pieces(fields, values) {
  const parts = [];
  const scalar = (type, value) => {
    const view = new DataView(new ArrayBuffer(SIZES[type]));
    WRITE[type](view, 0, value);
    parts.push(new Uint8Array(view.buffer));
  };
  for (const field of fields) {
    const value = values[field.name];
    if (field.type in SIZES) {
      scalar(field.type, value);
      continue;
    }
    const content = field.type === "string" ? UTF8_WRITER.encode(value) : value;
    if (content.length > field.max) throw new RangeError(`${field.name} is too long`);
    scalar(field.max > 0xff ? "u16" : "u8", content.length);
    if (field.type === "array") {
      for (const each of content) parts.push(...pieces(RECORDS[field.record].fields, each));
    } else {
      parts.push(content);
    }
  }
  return parts;
}

/** Writes one frame, e.g. encode("PING", { token: 7 }), as a Uint8Array. */
export function encode(name, values) {
  const type = MessageType[name];
  const parts = pieces(MESSAGES[type].fields, values);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const frame = new Uint8Array(3 + length);
  const view = new DataView(frame.buffer);
  view.setUint8(0, type);
  view.setUint16(1, length);
  let at = 3;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}
