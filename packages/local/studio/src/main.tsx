import { render } from "preact";
import { App } from "./app.tsx";
import { language } from "./words.ts";

document.documentElement.lang = language;
render(<App />, document.getElementById("studio")!);
