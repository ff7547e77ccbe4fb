import { element, labelled } from "./dom.js";
import { getJson, postJson, problemText, request, SESSION, SIGNED_OUT } from "./requests.js";

/**
 * Who is asking, where the server wants to know. The key goes to the server once and is kept nowhere in
 * the page: what remembers it is a cookie that no script can read.
 */
export class Session {
  #state = { required: false, name: null, role: null };
  #view;
  #signedIn;
  #told = element("p", { class: "notice problem", role: "alert", hidden: "" });

  /** `view` is the section with the form; `signedIn()` is called when somebody has signed in. */
  constructor(view, signedIn) {
    this.#view = view;
    this.#signedIn = signedIn;
    view.append(this.#form());
    // Loaded anew, the page holds nothing of what the last reader asked or read.
    document.addEventListener(SIGNED_OUT, () => this.isLocked || location.reload());
  }

  /** Asks the server who it takes the reader for. */
  async load() {
    this.#state = await getJson(SESSION);
  }

  /** Whether a key has to be given before anything can be asked. */
  get isLocked() {
    return this.#state.required && !this.#state.name;
  }

  /** The name of the key that is signed in with, or null. */
  get name() {
    return this.#state.name;
  }

  /** Whether articles may be added. */
  get mayEdit() {
    return !this.#state.required || ["edit", "admin"].includes(this.#state.role);
  }

  /** Forgets the key. */
  async signOut() {
    await request(SESSION, { method: "DELETE" });
    history.replaceState(null, "", location.pathname);
    location.reload();
  }

  #form() {
    const key = element("input", {
      type: "password", name: "key", required: "", autocomplete: "current-password", spellcheck: "false", maxlength: "500",
    });
    const form = element("form", { class: "stacked" }, labelled("Key", key), element("button", { class: "primary" }, "Sign in"), this.#told);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = key.value.trim();
      key.value = "";
      this.#signIn(given);
    });
    return form;
  }

  async #signIn(key) {
    this.#told.hidden = true;
    try {
      this.#state = await postJson(SESSION, { key });
    } catch (problem) {
      this.#told.textContent = problemText(problem);
      this.#told.hidden = false;
      this.#view.querySelector("input").focus();
      return;
    }
    this.#signedIn();
  }
}
