// A time as the reader's own clock has it.
export default {
  props: { ms: Number, locale: String },
  template: `<time :datetime="iso">{{ text }}</time>`,
  computed: {
    iso() {
      return this.ms ? new Date(this.ms).toISOString() : "";
    },
    text() {
      if (!this.ms) return "";
      const how = { dateStyle: "medium", timeStyle: "short" };
      return new Date(this.ms).toLocaleString(this.locale, how);
    },
  },
};
