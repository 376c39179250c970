// The live map and, for those who may, its editor: a window onto a world through the game's own
// protocol. Here are the hand, its tools and the buttons; what they work on is beside this file.
import { Shape } from "estragon-map/codec.js";
import { MapCamera } from "estragon-map/map_camera.js";
import { boxOf, cellsOf, flood, MOST_CELLS, stroke } from "estragon-map/map_cells.js";
import { MapEditor } from "estragon-map/map_editor.js";
import { MapPainter } from "estragon-map/map_painter.js";
import { errorName, MapSession } from "estragon-map/map_session.js";
import { LAYERS, MapWorld } from "estragon-map/map_world.js";

const ZOOM_STEP = 1.25;
const PAN_TILES = 4;
const LOOK_MS = 150;
const LIST_MS = 500;
const PUMP_MS = 20;
const MARK_MS = 4000;
const CLICK_POINTS = 5;
// What covers the map at its sides, and the width below which that is not so. See map_view.css.
const TOOLS_POINTS = 52;
const SIDE_POINTS = 288;
const SMALL_POINTS = 700;
const BRUSHES = [1, 2, 3, 5, 8, 12, 20, 32];
const TOOLS = [
  ["hand", "pan_tool", "KeyH"],
  ["brush", "brush", "KeyB"],
  ["eraser", "cleaning_services", "KeyE"],
  ["line", "timeline", "KeyL"],
  ["rectangle", "rectangle", "KeyR"],
  ["fill", "format_color_fill", "KeyF"],
  ["picker", "colorize", "KeyI"],
  ["select", "highlight_alt", "KeyS"],
];
const PLACE_TOOLS = [["spawn", "flag", "KeyP"], ["area", "crop_free", "KeyA"]];
const LAYER_NAMES = ["ground", "things", "roofs"];

export default {
  props: {
    words: Object, worlds: Array, first: String, canEdit: Boolean, canPlaces: Boolean,
    canWatch: Boolean, canHistory: Boolean,
    // A player's number: then it is a small picture that stays with them, and nothing else.
    only: Number,
  },
  emits: ["world", "history", "places", "where", "area", "snapshots", "maps"],
  template: `
    <div class="map-view" :class="{'map-small': only}">
      <canvas
        ref="canvas" class="map-canvas" tabindex="0" :aria-label="words.map"
        :style="{cursor: cursorStyle}"
        @pointerdown="pointerDown" @pointermove="pointerMove" @pointerup="pointerUp"
        @pointercancel="pointerUp" @pointerleave="pointerLeave" @wheel.prevent="wheel"
        @contextmenu.prevent @dblclick.prevent
      ></canvas>
      <div v-if="canEdit" class="map-box map-tools" role="toolbar" :aria-label="words.tools">
        <q-btn
          v-for="[name, icon, key] in tools" :key="name" flat round dense :icon="icon"
          :color="tool === name ? 'accent' : undefined" :aria-label="words[name]"
          :aria-pressed="tool === name" @click="choose(name)"
        ><q-tooltip anchor="center right" self="center left">{{ words[name] }} ({{ key.slice(3) }})</q-tooltip></q-btn>
        <hr>
        <q-btn flat round dense icon="undo" :aria-label="words.undo" @click="undo(false)">
          <q-tooltip anchor="center right" self="center left">{{ words.undo }} (Ctrl+Z)</q-tooltip></q-btn>
        <q-btn flat round dense icon="redo" :aria-label="words.redo" @click="undo(true)">
          <q-tooltip anchor="center right" self="center left">{{ words.redo }} (Ctrl+Shift+Z)</q-tooltip></q-btn>
      </div>
      <div v-if="!only" class="map-box map-top" :class="{'map-lone': !canEdit}">
        <q-select
          v-model="world" :options="worlds" dense borderless options-dense emit-value
          :aria-label="words.world" @update:model-value="enter"
        ></q-select>
        <q-btn
          v-for="layer in [0, 1, 2]" :key="layer" flat round dense
          :icon="['grass', 'chair', 'roofing'][layer]" :color="shown[layer] ? 'secondary' : 'grey'"
          :aria-pressed="shown[layer]" :aria-label="words[layerNames[layer]]" @click="toggle(layer)"
        ><q-tooltip>{{ words.show }}: {{ words[layerNames[layer]] }}</q-tooltip></q-btn>
        <q-btn flat round dense icon="grid_on" :color="grid ? 'secondary' : 'grey'" :aria-label="words.grid"
          @click="grid = !grid; refresh()"><q-tooltip>{{ words.grid }} (G)</q-tooltip></q-btn>
        <q-btn flat round dense icon="place" :color="marks ? 'secondary' : 'grey'" :aria-label="words.places"
          @click="marks = !marks; refresh()"><q-tooltip>{{ words.places }}</q-tooltip></q-btn>
        <q-btn flat round dense icon="remove" :aria-label="words.out" @click="zoom(1 / 1.5)"></q-btn>
        <q-btn flat round dense icon="add" :aria-label="words.in" @click="zoom(1.5)"></q-btn>
        <q-btn flat round dense icon="fit_screen" :aria-label="words.whole" @click="fit"><q-tooltip>{{ words.whole }} (0)</q-tooltip></q-btn>
        <template v-if="canHistory">
          <q-btn flat round dense icon="history" :aria-label="words.history" @click="askHistory"><q-tooltip>{{ words.history }}</q-tooltip></q-btn>
        </template>
        <q-btn v-if="canEdit" flat round dense icon="photo_camera" :aria-label="words.snapshots"
          @click="$emit('snapshots')"><q-tooltip>{{ words.snapshots }}</q-tooltip></q-btn>
        <q-btn v-if="canEdit" flat round dense icon="folder_open" :aria-label="words.maps"
          @click="$emit('maps')"><q-tooltip>{{ words.maps }}</q-tooltip></q-btn>
        <template v-if="paints">
          <q-select
            v-model="size" :options="brushes" dense borderless options-dense :label="undefined"
            :aria-label="words.size" @update:model-value="refresh"
          ><template #prepend><q-icon name="line_weight" size="18px"></q-icon></template>
          <q-tooltip>{{ words.size }} ([ ])</q-tooltip></q-select>
        </template>
        <template v-if="selection">
          <q-btn flat round dense icon="content_copy" :aria-label="words.copy" @click="copy"><q-tooltip>{{ words.copy }} (Ctrl+C)</q-tooltip></q-btn>
          <q-btn flat round dense icon="open_with" :aria-label="words.move" @click="move"><q-tooltip>{{ words.move }} (M)</q-tooltip></q-btn>
          <q-btn flat round dense icon="delete" :aria-label="words.clear" @click="clear"><q-tooltip>{{ words.clear }} (Del)</q-tooltip></q-btn>
        </template>
        <q-btn v-if="hasCopied" flat round dense icon="content_paste" :aria-label="words.paste" @click="paste"><q-tooltip>{{ words.paste }} (Ctrl+V)</q-tooltip></q-btn>
      </div>
      <div v-if="state !== 'open'" class="map-box map-notice" role="status">
        <q-spinner size="18px"></q-spinner>{{ words[state] }}
      </div>
      <div v-else-if="!only && (viewAs || follow)" class="map-box map-notice">
        <q-icon :name="viewAs ? 'visibility' : 'my_location'" size="18px"></q-icon>
        {{ viewAs ? words.view_of : words.following }} {{ nameOf(viewAs || follow) }}
        <q-btn flat round dense size="sm" icon="close" :aria-label="words.stop" @click="letGo"></q-btn>
      </div>
      <div v-if="!only" class="map-box map-side" :class="{'map-closed': !isOpen}">
        <div class="row no-wrap items-center">
          <q-tabs v-if="isOpen" v-model="tab" dense no-caps class="col">
            <q-tab v-if="canEdit" name="tiles" :label="words.tiles"></q-tab>
            <q-tab name="players" :label="words.players + ' ' + players.length"></q-tab>
          </q-tabs>
          <q-btn flat round dense :icon="isOpen ? 'chevron_right' : 'menu_open'" :aria-label="words.panel" @click="isOpen = !isOpen; drawPalette()"></q-btn>
        </div>
        <template v-if="isOpen">
          <q-input v-model="search" dense clearable class="q-px-sm" :placeholder="words.search"
            :aria-label="words.search" @update:model-value="drawPalette">
            <template #prepend><q-icon name="search" size="18px"></q-icon></template>
          </q-input>
          <div v-if="tab === 'tiles'" class="map-scroll">
            <template v-for="layer in [0, 1, 2]" :key="layer">
              <div v-if="found(layer).length" class="map-layer-name">{{ words[layerNames[layer]] }}</div>
              <div class="map-palette">
                <button
                  v-for="tile in found(layer)" :key="tile.id" type="button" class="map-tile"
                  :class="{'map-chosen': tile.id === chosen}" :aria-label="tile.label"
                  @click="pick(tile.id)"
                ><canvas :data-tile="tile.id" width="32" height="32"></canvas>
                <q-tooltip>{{ tile.label }}</q-tooltip></button>
              </div>
            </template>
          </div>
          <div v-else class="map-scroll">
            <q-list dense>
              <q-item v-for="each in foundPlayers" :key="each.id" clickable :active="each.id === follow" @click="followPlayer(each.id)">
                <q-item-section>{{ each.name }}</q-item-section>
                <q-item-section v-if="canWatch" side>
                  <q-btn flat round dense size="sm" icon="visibility" :color="viewAs === each.id ? 'accent' : undefined"
                    :aria-label="words.see_as" @click.stop="seeAs(each.id)"><q-tooltip>{{ words.see_as }}</q-tooltip></q-btn>
                </q-item-section>
              </q-item>
            </q-list>
            <div v-if="!players.length" class="q-pa-md opacity-70">{{ words.nobody }}</div>
          </div>
        </template>
      </div>
      <div v-if="!only" class="map-box map-status"><span ref="status"></span><span v-if="warning" class="text-negative">{{ warning }}</span></div>
    </div>`,
  data() {
    return {
      world: this.first, tool: "hand", size: 1, chosen: 0, shown: [true, true, true],
      grid: false, marks: true, state: "connecting", tab: this.canEdit ? "tiles" : "players",
      isOpen: window.innerWidth > SMALL_POINTS, search: "", palette: [], players: [], follow: 0, viewAs: 0,
      selection: null, hasCopied: false, warning: "", names: {}, pasting: null,
      brushes: BRUSHES, layerNames: LAYER_NAMES,
    };
  },
  computed: {
    tools() {
      return this.canPlaces ? [...TOOLS, ...PLACE_TOOLS] : TOOLS;
    },
    paints() {
      return ["brush", "eraser", "line"].includes(this.tool);
    },
    foundPlayers() {
      const wanted = (this.search ?? "").toLowerCase();
      return this.players.filter((each) => each.name.toLowerCase().includes(wanted));
    },
    cursorStyle() {
      return this.tool === "hand" && !this.pasting ? "grab" : "crosshair";
    },
  },
  // What changes many times a second is no business of Vue's.
  created() {
    this.model = new MapWorld();
    this.session = new MapSession(this.take, this.stateChanged);
    this.editor = new MapEditor(this.model, this.session, this.warn);
    this.outlook = null;
    this.places = null;
    this.painters = [];
    this.isPictured = true;
    this.pointers = new Map();
    this.drag = null;
    this.hover = null;
    this.copied = null;
    this.isStale = true;
    this.frames = [];
  },
  mounted() {
    this.camera = new MapCamera(this.model, this.$refs.canvas);
    this.painter = new MapPainter(this.$refs.canvas);
    this.painter.whenReady(() => this.drawPalette());
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.$refs.canvas);
    this.resize();
    if (!this.only) window.addEventListener("keydown", this.keyDown);
    this.timers = [
      setInterval(() => this.lookAround(), LOOK_MS),
      setInterval(() => this.listPlayers(), LIST_MS),
      setInterval(() => this.editor.pump(performance.now()), PUMP_MS),
    ];
    this.$refs.canvas.live = this;
    this.enter(this.world);
    this.frame = requestAnimationFrame((now) => this.draw(now));
  },
  unmounted() {
    cancelAnimationFrame(this.frame);
    this.timers.forEach(clearInterval);
    this.sizes.disconnect();
    window.removeEventListener("keydown", this.keyDown);
    this.session.close();
  },
  methods: {
    // What the page tells.
    tellMap({ places, names, is_pictured }) {
      this.places = places;
      this.names = names;
      this.isPictured = is_pictured;
      this.isStale = true;
      this.fillPalette();
    },
    tellPlaces(places) {
      this.places = places;
      this.isStale = true;
    },
    tellPainters(painters) {
      const since = performance.now();
      this.painters = this.painters.filter((each) => since - each.since < MARK_MS);
      this.painters.push(...painters.map((each) => ({ ...each, since })));
    },
    goTo(x, y) {
      this.camera.goTo(x, y);
      this.refresh();
    },
    show(box) {
      this.letGo();
      this.selection = box;
      this.goTo(box.left + box.width / 2, box.top + box.height / 2);
    },

    // The connection.
    enter(world) {
      this.editor.forget();
      Object.assign(this.model, new MapWorld());
      this.painter.forget();
      this.letGo();
      this.selection = null;
      this.places = null;
      this.outlook = null;
      this.hasFitted = false;
      this.palette = [];
      this.$emit("world", world);
      this.session.open(world);
    },
    stateChanged(state, code) {
      this.state = state;
      if (state === "lost" || state === "resting") this.editor.forget();
      if (code) this.warn(code, "");
      this.outlook = null;
    },
    take(name, fields) {
      const anew = this.model.take(name, fields, performance.now());
      if (anew !== null) this.session.send("CHUNK_REQUEST", anew);
      if (name === "WORLD_ENTERED") {
        // The page may have told by now whom to follow.
        if (!this.hasFitted && !this.follow) this.fit();
        this.hasFitted = true;
        if (this.only && this.follow !== this.only) {
          this.camera.scale = 20;
          this.followPlayer(this.only);
          this.$emit("where", this.only);
        }
        this.outlook = null;
        this.palette = [];
        this.lookAround();
        this.tellStatus();
      } else if (name === "EDIT_RESULT") {
        this.editor.take(fields);
      } else if (name === "ERROR") {
        this.warn(errorName(fields.code), fields.text);
      } else if (name === "CHUNK_DATA" && !this.palette.length) {
        this.fillPalette();
      }
      this.isStale = true;
    },
    warn(code, text) {
      this.warning = this.words[`refused_${code}`] ?? `${this.words.refused} ${code} ${text}`;
      clearTimeout(this.warningTimer);
      this.warningTimer = setTimeout(() => { this.warning = ""; }, 5000);
    },

    // What one looks at.
    lookAround() {
      const { model } = this;
      if (!this.session.isOpen || !model.width) return;
      const wanted = this.viewAs
        ? { player_id: this.viewAs, chunk_x: 0, chunk_y: 0, width: 1, height: 1 }
        : this.camera.outlook();
      const key = JSON.stringify(wanted);
      if (key === this.outlook) return;
      if (this.outlook && !this.viewAs && this.camera.isServedBy(this.asked)) return;
      this.outlook = key;
      this.asked = wanted;
      this.session.look(wanted);
    },
    followPlayer(id) {
      this.follow = this.follow === id ? 0 : id;
      if (this.viewAs) this.seeAs(0);
      if (this.follow && this.camera.scale < 8) this.camera.scale = 24;
      this.refresh();
    },
    seeAs(id) {
      this.viewAs = this.viewAs === id ? 0 : id;
      this.follow = this.viewAs;
      if (this.viewAs && this.camera.scale < 8) this.camera.scale = 16;
      this.outlook = null;
      this.lookAround();
      this.refresh();
    },
    letGo() {
      this.follow = 0;
      if (this.viewAs) this.seeAs(0);
      this.refresh();
    },
    nameOf(id) {
      return this.model.players.get(id)?.name ?? this.words.gone;
    },
    listPlayers() {
      const players = [...this.model.players.values()]
        .map(({ id, name }) => ({ id, name }))
        .sort((a, b) => a.name.localeCompare(b.name));
      if (JSON.stringify(players) !== JSON.stringify(this.players)) this.players = players;
      const followed = this.model.players.get(this.follow);
      if (followed && !this.viewAs && !followed.isInSight) this.$emit("where", this.follow);
    },

    // The picture.
    resize() {
      const canvas = this.$refs.canvas;
      if (!canvas) return;
      // The page's head is higher on some screens than on others.
      const above = Math.round(this.$el.getBoundingClientRect().top + window.scrollY);
      if (!this.only) this.$el.style.height = `calc(100dvh - ${above}px)`;
      const ratio = window.devicePixelRatio || 1;
      canvas.width = Math.round(canvas.clientWidth * ratio);
      canvas.height = Math.round(canvas.clientHeight * ratio);
      this.isStale = true;
    },
    refresh() {
      this.isStale = true;
    },
    draw(now) {
      this.frame = requestAnimationFrame((next) => this.draw(next));
      this.frames.push(now);
      if (this.frames.length > 600) this.frames.shift();
      const { model } = this;
      const tick = model.tickAt(now);
      const isMoving = [...model.players.values()].some(
        ({ isInSight, places }) => isInSight && places.length && places.at(-1).tick + 3 > tick);
      const isMarked = this.painters.some((each) => now - each.since < MARK_MS + 100);
      if (this.follow) this.stayWith(model.players.get(this.follow), tick);
      const isChanged = model.stale.size > 0 || model.changed.size > 0;
      if (!(this.isStale || isMoving || isMarked || isChanged)) return;
      this.isStale = false;
      this.painter.draw(model, this.camera, {
        layers: this.shown, isPictured: this.isPictured, isSomebodysView: this.viewAs > 0,
        followed: this.follow, grid: this.grid,
        places: this.marks ? this.places : null, selection: this.selection,
        cursor: this.cursorCells(), ghost: this.ghost(), marks: this.painters,
      }, now);
      if (this.painter.isUnfinished) this.isStale = true;
    },
    stayWith(player, tick) {
      const place = player?.isInSight ? player.at(tick) : null;
      if (!place || (place.x === this.camera.x && place.y === this.camera.y)) return;
      this.camera.x = place.x;
      this.camera.y = place.y;
      this.isStale = true;
    },
    cursorCells() {
      if (!this.hover || !this.canEdit || this.pasting) return null;
      if (this.drag?.preview) return this.drag.preview;
      if (["hand", "area"].includes(this.tool)) return null;
      return this.paints ? stroke(this.hover, this.hover, this.size) : [this.hover];
    },
    ghost() {
      if (this.pasting && this.hover) {
        const { width, height } = this.pasting;
        return { left: this.hover.x, top: this.hover.y, width, height };
      }
      return this.drag?.box ?? null;
    },
    fit() {
      const isWide = !this.only && this.$refs.canvas.clientWidth > SMALL_POINTS;
      this.letGo();
      this.camera.fit(
        isWide && this.canEdit ? TOOLS_POINTS : 0, isWide && this.isOpen ? SIDE_POINTS : 0);
    },
    zoom(factor, x, y) {
      // Whom one follows stays in the middle.
      if (this.follow) this.camera.zoom(factor);
      else this.camera.zoom(factor, x, y);
      this.refresh();
    },
    pan(dx, dy) {
      this.camera.pan(dx, dy);
      this.refresh();
    },
    toggle(layer) {
      this.shown[layer] = !this.shown[layer];
      this.refresh();
    },

    // The palette.
    fillPalette() {
      this.palette = [...this.model.tiles.values()].map(({ id, layer, name }) => ({
        id, layer, name, label: this.names[name] ?? name.replaceAll("_", " "),
      }));
      if (!this.model.tiles.has(this.chosen)) this.chosen = this.palette[0]?.id ?? 0;
      this.drawPalette();
    },
    found(layer) {
      const wanted = (this.search ?? "").toLowerCase();
      return this.palette.filter((each) => each.layer === layer &&
        `${each.name} ${each.label}`.toLowerCase().includes(wanted));
    },
    async drawPalette() {
      await this.$nextTick();
      for (const canvas of this.$el.querySelectorAll("canvas[data-tile]")) {
        const tile = this.model.tiles.get(Number(canvas.dataset.tile));
        if (tile) this.painter.drawTile(canvas, tile, this.isPictured);
      }
    },
    pick(id) {
      this.chosen = id;
      if (!["brush", "line", "rectangle", "fill"].includes(this.tool)) this.choose("brush");
    },
    choose(tool) {
      this.tool = tool;
      this.pasting = null;
      this.drag = null;
      if (tool !== "select") this.selection = null;
      this.refresh();
    },

    // The hand.
    cellUnder(event) {
      const box = this.$refs.canvas.getBoundingClientRect();
      const at = this.camera.tileUnder(event.clientX - box.left, event.clientY - box.top);
      return { x: Math.floor(at.x), y: Math.floor(at.y) };
    },
    pointerDown(event) {
      this.$refs.canvas.focus({ preventScroll: true });
      this.$refs.canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (this.pointers.size > 1) {
        this.stopTool();
        this.drag = null;
        return;
      }
      const cell = this.cellUnder(event);
      this.hover = cell;
      const isPan = event.button !== 0 || (this.tool === "hand" && !this.pasting) || !this.canEdit;
      this.drag = { isPan, from: cell, last: cell, begin: { x: event.clientX, y: event.clientY } };
      if (!isPan) this.startTool(cell, event);
      this.refresh();
    },
    pointerMove(event) {
      this.hover = this.cellUnder(event);
      this.tellStatus();
      const before = this.pointers.get(event.pointerId);
      this.refresh();
      if (!before) return;
      this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (this.pointers.size > 1) this.pinch(event, before);
      else if (this.drag?.isPan) {
        const { begin } = this.drag;
        const way = Math.hypot(event.clientX - begin.x, event.clientY - begin.y);
        if (way > CLICK_POINTS) this.drag.hasMoved = true;
        if (this.drag.hasMoved && this.follow) this.letGo();
        this.pan((before.x - event.clientX) / this.camera.scale, (before.y - event.clientY) / this.camera.scale);
      } else if (this.drag) {
        for (const each of event.getCoalescedEvents?.() ?? [event]) this.moveTool(this.cellUnder(each));
        this.moveTool(this.hover);
      }
    },
    pointerUp(event) {
      this.pointers.delete(event.pointerId);
      const drag = this.drag;
      this.drag = null;
      if (drag?.isPan && !drag.hasMoved && event.button === 0) this.click(event);
      else if (drag && !drag.isPan) this.endTool(drag);
      this.refresh();
    },
    pointerLeave() {
      this.hover = null;
      this.tellStatus();
      this.refresh();
    },
    pinch(event, before) {
      const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const length = (at) => Math.hypot(at.x - other.x, at.y - other.y);
      const box = this.$refs.canvas.getBoundingClientRect();
      const now = { x: event.clientX, y: event.clientY };
      this.pan((before.x - now.x) / 2 / this.camera.scale, (before.y - now.y) / 2 / this.camera.scale);
      this.zoom(length(now) / Math.max(1, length(before)), (now.x + other.x) / 2 - box.left, (now.y + other.y) / 2 - box.top);
    },
    wheel(event) {
      const box = this.$refs.canvas.getBoundingClientRect();
      this.zoom(ZOOM_STEP ** (-event.deltaY / 100), event.clientX - box.left, event.clientY - box.top);
    },
    click(event) {
      const box = this.$refs.canvas.getBoundingClientRect();
      const at = this.camera.tileUnder(event.clientX - box.left, event.clientY - box.top);
      const reach = Math.max(1, 14 / this.camera.scale);
      const near = this.model.visiblePlayers(performance.now())
        .map(({ player, place }) => ({ player, far: Math.hypot(place.x - at.x, place.y - 0.5 - at.y) }))
        .filter(({ far }) => far < reach)
        .sort((a, b) => a.far - b.far)[0];
      if (near) this.followPlayer(near.player.id);
    },

    // The tools.
    activeLayer() {
      return this.model.tiles.get(this.chosen)?.layer ?? 0;
    },
    filled(cells, tile = this.chosen) {
      const layer = this.activeLayer();
      return cells.filter(({ x, y }) => this.model.isOnMap(x, y)).map(({ x, y }) => ({ layer, x, y, tile }));
    },
    startTool(cell, event) {
      if (this.pasting) return;
      if (this.tool === "picker" || event.altKey) {
        this.drag = null;
        this.pickFrom(cell);
      } else if (this.tool === "brush" || this.tool === "eraser") {
        this.editor.endStroke();
        this.brush(cell, cell);
      } else if (this.tool === "fill") {
        const layer = this.activeLayer();
        const cells = flood((x, y) => this.model.tileAt(layer, x, y), cell);
        const ends = { x0: cell.x, y0: cell.y, x1: cell.x, y1: cell.y };
        this.drag = null;
        if (!this.model.isOnMap(cell.x, cell.y)) return;
        this.editor.step(() => this.editor.shape(
          { shape: Shape.FILL, layer, tile: this.chosen, ...ends, size: 1 }, this.filled(cells)));
      } else if (this.tool === "spawn") {
        this.drag = null;
        if (this.model.isOnMap(cell.x, cell.y)) this.$emit("places", { spawn: [cell.x, cell.y] });
      } else {
        this.moveTool(cell);
      }
    },
    moveTool(cell) {
      const drag = this.drag;
      if (!drag || this.pasting) return;
      if (this.tool === "brush" || this.tool === "eraser") {
        if (cell.x !== drag.last.x || cell.y !== drag.last.y) this.brush(drag.last, cell);
      } else if (this.tool === "line") {
        drag.preview = stroke(drag.from, cell, this.size);
      } else {
        drag.box = this.onMap(boxOf(drag.from, cell));
      }
      drag.last = cell;
    },
    brush(from, to) {
      this.editor.paint(this.filled(stroke(from, to, this.size), this.tool === "eraser" ? 0 : this.chosen));
    },
    stopTool() {
      this.editor.endStroke();
    },
    endTool(drag) {
      const layer = this.activeLayer();
      if (this.pasting) this.drop(drag.last);
      else if (this.tool === "brush" || this.tool === "eraser") this.editor.endStroke();
      else if (this.tool === "line") {
        this.editor.step(() => this.editor.paint(this.filled(stroke(drag.from, drag.last, this.size))));
      } else if (drag.box) {
        if (this.tool === "rectangle") this.drawRectangle(drag.box, layer);
        else if (this.tool === "select") {
          this.selection = drag.box;
          this.$emit("area", drag.box);
        } else if (this.tool === "area") this.$emit("places", { area: drag.box });
      }
    },
    drawRectangle(box, layer) {
      if (box.width * box.height > MOST_CELLS) {
        this.warn("EDIT_TOO_LARGE", "");
        return;
      }
      const corners = { x0: box.left, y0: box.top, x1: box.left + box.width - 1, y1: box.top + box.height - 1 };
      this.editor.step(() => this.editor.shape(
        { shape: Shape.RECTANGLE, layer, tile: this.chosen, ...corners, size: 1 }, this.filled(cellsOf(box))));
    },
    onMap({ left, top, width, height }) {
      const x = Math.max(0, left);
      const y = Math.max(0, top);
      const box = {
        left: x, top: y,
        width: Math.min(this.model.width, left + width) - x,
        height: Math.min(this.model.height, top + height) - y,
      };
      return box.width > 0 && box.height > 0 ? box : null;
    },
    pickFrom({ x, y }) {
      for (const layer of [2, 1, 0]) {
        const tile = this.shown[layer] ? this.model.tileAt(layer, x, y) : 0;
        if (tile > 0) {
          this.pick(tile);
          return;
        }
      }
    },
    undo(isRedo) {
      this.editor.undo(isRedo);
    },

    // Copies.
    shownLayers() {
      return LAYERS.filter((each) => this.shown[each]);
    },
    copy() {
      if (!this.selection) return;
      const box = this.selection;
      const layers = this.shownLayers();
      const cells = layers.flatMap((layer) => cellsOf(box).map(({ x, y }) => ({
        layer, dx: x - box.left, dy: y - box.top, tile: Math.max(0, this.model.tileAt(layer, x, y)),
      })));
      if (cells.length > MOST_CELLS) {
        this.warn("EDIT_TOO_LARGE", "");
        return;
      }
      this.copied = { box, layers, cells, width: box.width, height: box.height };
      this.hasCopied = true;
    },
    paste() {
      if (!this.copied) return;
      this.pasting = { ...this.copied, isMove: false };
      this.refresh();
    },
    move() {
      this.copy();
      if (this.copied && this.selection) this.pasting = { ...this.copied, isMove: true };
    },
    drop(at) {
      const { box, layers, cells, isMove, width, height } = this.pasting;
      const target = cells.map(({ layer, dx, dy, tile }) => ({ layer, x: at.x + dx, y: at.y + dy, tile }))
        .filter(({ x, y }) => this.model.isOnMap(x, y));
      const isWhole = target.length === cells.length;
      const isAsItWas = cells.every(({ layer, dx, dy, tile }) =>
        this.model.tileAt(layer, box.left + dx, box.top + dy) === tile);
      const bits = layers.reduce((sum, each) => sum + 2 ** each, 0);
      this.editor.step(() => {
        if (isWhole && isAsItWas) {
          this.editor.stamp({ layers: bits, x: box.left, y: box.top, width, height, to_x: at.x, to_y: at.y }, target);
        } else this.editor.paint(target);
        if (isMove) this.editor.paint(this.emptied(box, layers, { left: at.x, top: at.y, width, height }));
      });
      if (isMove) this.pasting = null;
      this.selection = this.onMap({ left: at.x, top: at.y, width, height });
    },
    // The ground stays: a hole in it is nothing that anybody wants.
    emptied(box, layers, but = null) {
      const isKept = ({ x, y }) => but && x >= but.left && y >= but.top &&
        x < but.left + but.width && y < but.top + but.height;
      return layers.filter((each) => each > 0).flatMap((layer) =>
        cellsOf(box).filter((each) => !isKept(each)).map(({ x, y }) => ({ layer, x, y, tile: 0 })));
    },
    clear() {
      if (!this.selection) return;
      this.editor.step(() => this.editor.paint(this.emptied(this.selection, this.shownLayers())));
    },

    // Words and keys.
    askHistory() {
      this.$emit("history", this.selection);
    },
    tellStatus() {
      const at = this.hover;
      if (!at || !this.model.isOnMap(at.x, at.y)) {
        this.sayStatus(`${this.model.width} × ${this.model.height}`);
        return;
      }
      const tiles = [0, 1, 2].map((layer) => this.model.tiles.get(this.model.tileAt(layer, at.x, at.y))?.name)
        .filter(Boolean).map((name) => this.names[name] ?? name.replaceAll("_", " "));
      this.sayStatus(`${at.x}, ${at.y}  ${tiles.join(" · ")}`);
    },
    // Vue would look through the whole palette each time.
    sayStatus(text) {
      if (this.$refs.status) this.$refs.status.textContent = text;
    },
    keyDown(event) {
      const at = document.activeElement;
      if (at?.matches("input, textarea, [contenteditable]") || document.querySelector(".q-dialog")) return;
      if (event.ctrlKey || event.metaKey) {
        const deed = {
          KeyZ: () => this.undo(event.shiftKey), KeyY: () => this.undo(true),
          KeyC: () => this.copy(), KeyV: () => this.paste(), KeyX: () => this.move(),
        }[event.code];
        if (!deed || !this.canEdit) return;
        event.preventDefault();
        deed();
        return;
      }
      const step = PAN_TILES * Math.max(1, 16 / this.camera.scale);
      const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.code];
      if (arrows) {
        if (at !== this.$refs.canvas && at !== document.body) return;
        this.follow = 0;
        this.pan(arrows[0] * step, arrows[1] * step);
        event.preventDefault();
        return;
      }
      const tool = this.canEdit && this.tools.find(([, , key]) => key === event.code);
      const index = BRUSHES.indexOf(this.size);
      const deed = {
        Equal: () => this.zoom(ZOOM_STEP), NumpadAdd: () => this.zoom(ZOOM_STEP),
        Minus: () => this.zoom(1 / ZOOM_STEP), NumpadSubtract: () => this.zoom(1 / ZOOM_STEP),
        Digit0: () => this.fit(), Digit1: () => this.toggle(0), Digit2: () => this.toggle(1),
        Digit3: () => this.toggle(2), KeyG: () => { this.grid = !this.grid; },
        BracketLeft: () => { this.size = BRUSHES[Math.max(0, index - 1)]; },
        BracketRight: () => { this.size = BRUSHES[Math.min(BRUSHES.length - 1, index + 1)]; },
        KeyM: () => this.move(), Delete: () => this.clear(), Backspace: () => this.clear(),
        Escape: () => {
          if (this.pasting) this.pasting = null;
          else if (this.selection) this.selection = null;
          else this.letGo();
        },
      }[event.code];
      if (tool) this.choose(tool[0]);
      else deed?.();
      this.refresh();
    },
  },
};
