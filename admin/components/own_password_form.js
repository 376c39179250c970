// Changes one's own password. What is typed here goes to /api/panel/own/password and nowhere else.
import { post } from "estragon-forms/post.js";

export default {
  props: { words: Object, name: String },
  template: `
    <form class="column q-gutter-y-sm" novalidate @submit.prevent="submit">
      <input type="hidden" name="username" autocomplete="username" :value="name" />
      <div class="text-body2 opacity-80">{{ words.about }}</div>
      <q-input
        v-model="old" outlined dense :label="words.old" name="old" type="password"
        autocomplete="current-password" maxlength="1024"
      />
      <q-input
        v-model="fresh" outlined dense :label="words.new" name="new" type="password"
        autocomplete="new-password" maxlength="1024"
      />
      <q-input
        v-model="again" outlined dense :label="words.again" name="again" type="password"
        autocomplete="new-password" maxlength="1024"
      />
      <div v-if="problem" role="alert" class="text-negative">{{ problem }}</div>
      <div v-if="isDone" role="status" class="text-positive">{{ words.done }}</div>
      <div>
        <q-btn
          type="submit" color="primary" no-caps :label="words.submit" :loading="isBusy"
          :disable="!old || !fresh || !again"
        />
      </div>
    </form>`,
  data: () => ({ old: "", fresh: "", again: "", problem: "", isBusy: false, isDone: false }),
  mounted() {
    this.isDone = location.hash === "#changed";
    history.replaceState(null, "", location.pathname);
  },
  methods: {
    async submit() {
      if (this.isBusy) return;
      this.problem = this.fresh === this.again ? "" : this.words.differ;
      if (this.problem) return;
      this.isBusy = true;
      const answer = await post("/api/panel/own/password", { old: this.old, new: this.fresh });
      this.isBusy = false;
      if (!answer.ok) {
        this.problem = answer.problem(this.words);
        return;
      }
      // The page belongs to the session that is ended; the cookie is the next one's already.
      location.hash = "changed";
      location.reload();
    },
  },
};
