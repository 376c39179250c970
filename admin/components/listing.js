// A table that is a stack of cards on a phone. Whatever stands in it is shown as text.
// Columns: name, label, kind (text, number, time, until, link); rows: id, tone, can, and a value a column.
export default {
  props: {
    columns: Array, rows: Array, actions: Array, empty: String, search: String, forever: String,
    locale: String,
  },
  emits: ["act"],
  template: `
    <q-table
      flat bordered wrap-cells class="full-width listing" row-key="id" :rows="rows" :columns="shownColumns"
      :dense="columns.length > 8" :hide-header="!rows.length"
      :grid="$q.screen.lt.md" :filter="wanted" :filter-method="find"
      v-model:pagination="pagination" :rows-per-page-options="[50, 100, 200]"
      :hide-pagination="rows.length <= pagination.rowsPerPage"
    >
      <template v-if="search" #top>
        <q-input
          v-model="wanted" dense outlined clearable class="full-width" style="max-width: 24rem"
          debounce="150" type="search" :label="search" :aria-label="search"
        ><template #prepend><q-icon name="search" /></template></q-input>
      </template>
      <template #no-data>
        <div class="opacity-60">{{ empty }}</div>
      </template>
      <template #body-cell="cell">
        <q-td :props="cell" :class="cell.row.tone">
          <template v-if="cell.col.name === 'actions'">
            <q-btn
              v-for="each in offered(cell.row)" :key="each.name" flat dense no-caps
              :icon="each.icon" :label="each.label" :data-act="each.name"
              @click="$emit('act', { name: each.name, id: cell.row.id })"
            />
          </template>
          <a
            v-else-if="cell.col.kind === 'link' && cell.row[cell.col.href]"
            :href="cell.row[cell.col.href]"
            class="text-primary text-weight-medium cell"
          >{{ shown(cell.col, cell.value) }}</a>
          <span v-else class="cell" :class="{ 'no-wrap': isTime(cell.col) }">{{ shown(cell.col, cell.value) }}</span>
        </q-td>
      </template>
      <template #item="item">
        <div class="col-12 q-py-xs">
          <q-card flat bordered class="q-pa-sm" :class="item.row.tone">
            <div class="facts">
              <template v-for="(col, index) in columns" :key="col.name">
                <div
                  v-if="shown(col, item.row[col.name])"
                  :class="{ long: index === 0 || isLong(col, item.row[col.name]) }"
                >
                  <span v-if="index" class="opacity-60">{{ col.label }}&ensp;</span>
                  <a
                    v-if="col.kind === 'link' && item.row[col.href]" :href="item.row[col.href]"
                    class="text-primary text-weight-medium"
                  >{{ shown(col, item.row[col.name]) }}</a>
                  <span v-else :class="{ 'text-weight-medium': index === 0 }">{{
                    shown(col, item.row[col.name])
                  }}</span>
                </div>
              </template>
            </div>
            <div v-if="offered(item.row).length" class="row justify-end">
              <q-btn
                v-for="each in offered(item.row)" :key="each.name" flat no-caps
                :icon="each.icon" :label="each.label" :data-act="each.name"
                @click="$emit('act', { name: each.name, id: item.row.id })"
              />
            </div>
          </q-card>
        </div>
      </template>
    </q-table>`,
  data: () => ({ wanted: "", pagination: { rowsPerPage: 50, sortBy: null, descending: false } }),
  computed: {
    shownColumns() {
      const own = this.columns.map((each) => ({
        ...each, field: each.name, align: each.kind === "number" ? "right" : "left", sortable: true,
      }));
      const last = { name: "actions", label: "", field: "id", align: "right" };
      return this.actions.length ? [...own, last] : own;
    },
  },
  methods: {
    offered(row) {
      return this.actions.filter((each) => !row.can || row.can.includes(each.name));
    },
    shown(column, value) {
      if (column.kind === "until" && value === null) return this.forever;
      if (value === null || value === undefined || value === "") return "";
      if (!this.isTime(column)) return String(value);
      const how = { dateStyle: "short", timeStyle: "short" };
      return value ? new Date(value).toLocaleString(this.locale, how) : "";
    },
    isLong(column, value) {
      return column.label.length + this.shown(column, value).length > 18;
    },
    isTime({ kind }) {
      return kind === "time" || kind === "until";
    },
    find(rows, wanted) {
      const text = wanted.trim().toLowerCase();
      return rows.filter((row) =>
        this.columns.some((each) => this.shown(each, row[each.name]).toLowerCase().includes(text)),
      );
    },
  },
};
