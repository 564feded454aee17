/** Commands that have a character. */
const symbols: Record<string, string> = {
  ...{ times: "×", div: "÷", cdot: "·", pm: "±", mp: "∓", ast: "*", star: "⋆", circ: "∘", bullet: "•" },
  ...{
    le: "≤",
    leq: "≤",
    ge: "≥",
    geq: "≥",
    ne: "≠",
    neq: "≠",
    approx: "≈",
    equiv: "≡",
    sim: "~",
    propto: "∝",
  },
  ...{ ll: "≪", gg: "≫", infty: "∞", partial: "∂", nabla: "∇", sum: "∑", prod: "∏", int: "∫", oint: "∮" },
  ...{
    to: "→",
    rightarrow: "→",
    leftarrow: "←",
    Rightarrow: "⇒",
    implies: "⇒",
    Leftrightarrow: "⇔",
    iff: "⇔",
  },
  ...{
    leftrightarrow: "↔",
    mapsto: "↦",
    in: "∈",
    notin: "∉",
    ni: "∋",
    subset: "⊂",
    subseteq: "⊆",
    supset: "⊃",
  },
  ...{
    cup: "∪",
    cap: "∩",
    emptyset: "∅",
    forall: "∀",
    exists: "∃",
    neg: "¬",
    land: "∧",
    lor: "∨",
    setminus: "∖",
  },
  ...{ therefore: "∴", because: "∵", angle: "∠", perp: "⊥", parallel: "∥", triangle: "△", degree: "°" },
  ...{ ldots: "…", cdots: "…", dots: "…", vdots: "⋮", prime: "′", hbar: "ℏ", ell: "ℓ", mid: "|", lvert: "|" },
  ...{
    rvert: "|",
    langle: "⟨",
    rangle: "⟩",
    lfloor: "⌊",
    rfloor: "⌋",
    lceil: "⌈",
    rceil: "⌉",
    backslash: "\\",
  },
  ...{ alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", varepsilon: "ε", zeta: "ζ", eta: "η" },
  ...{
    theta: "θ",
    iota: "ι",
    kappa: "κ",
    lambda: "λ",
    mu: "μ",
    nu: "ν",
    xi: "ξ",
    pi: "π",
    rho: "ρ",
    sigma: "σ",
  },
  ...{
    tau: "τ",
    upsilon: "υ",
    phi: "φ",
    varphi: "φ",
    chi: "χ",
    psi: "ψ",
    omega: "ω",
    Gamma: "Γ",
    Delta: "Δ",
  },
  ...{ Theta: "Θ", Lambda: "Λ", Xi: "Ξ", Pi: "Π", Sigma: "Σ", Phi: "Φ", Psi: "Ψ", Omega: "Ω" },
  ...{ quad: " ", qquad: " ", left: "", right: "", big: "", Big: "", bigl: "", bigr: "", limits: "" },
  ...{ displaystyle: "", textstyle: "", hline: "", newline: "\n" },
};

/** Functions, which are written as they are called. */
const names = new Set("sin cos tan log ln exp lim max min sup inf det gcd mod arg deg dim ker".split(" "));
/** Commands that only say how their argument looks. */
const wrappers = new Set(
  "text textbf textit mathrm mathbf mathbb mathcal mathit operatorname boxed vec hat bar overline underline tfrac"
    .split(" ")
    .filter((name) => name !== "tfrac"),
);

const raised: Record<string, string> = Object.fromEntries(
  [..."0123456789+-=()ni"].map((from, index) => [from, [..."⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ"][index]!]),
);
const lowered: Record<string, string> = Object.fromEntries(
  [..."0123456789+-=()aeoxijkmnpt"].map((from, index) => [from, [..."₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓᵢⱼₖₘₙₚₜ"][index]!]),
);

/** Deeper groups than this are left as they were written. */
const MAX_DEPTH = 20;

/** A formula in LaTeX as one reads it aloud: `\frac{a+b}{2}` is (a+b)/2, `x^2` is x². Unknown commands stay. */
export function readableTex(tex: string): string {
  const tokens = tex.match(/\\[A-Za-z]+\*?|\\[\s\S]|[^\\]/gu) ?? [];
  let at = 0;

  function sequence(depth: number, end?: string): string {
    let text = "";
    while (at < tokens.length && tokens[at] !== end) text += next(depth);
    at += 1;
    return text;
  }

  function next(depth: number): string {
    const token = tokens[at++] ?? "";
    if (token === "{") return depth < MAX_DEPTH ? sequence(depth + 1, "}") : token;
    if (token === "^") return script(argument(depth), raised, "^");
    if (token === "_") return script(argument(depth), lowered, "_");
    if (token === "&" || token === "~") return token === "~" ? " " : "";
    return token.startsWith("\\") && token.length > 1 ? command(token.slice(1), depth) : token;
  }

  function command(name: string, depth: number): string {
    if (name === "\\") return "\n";
    if (/^[,;:!> ]$/.test(name)) return name === "!" ? "" : " ";
    if (/^[^A-Za-z]/.test(name)) return name;
    if (/^[dt]?frac$/.test(name)) return `${above(argument(depth))}/${below(argument(depth))}`;
    if (name === "sqrt") return root(depth);
    if (wrappers.has(name)) return argument(depth);
    if (name === "begin" || name === "end") return environment(argument(depth));
    if (names.has(name)) return `${name}${/^[A-Za-z0-9\\]/.test(tokens[at] ?? "") ? " " : ""}`;
    const symbol = Object.hasOwn(symbols, name) ? symbols[name] : undefined;
    if (symbol === undefined) return `\\${name}`;
    // LaTeX needs the space after a letter's name, a reader does not.
    if (/^\p{L}$/u.test(symbol) && tokens[at] === " ") at += 1;
    return symbol;
  }

  function root(depth: number): string {
    const degree = tokens[at] === "[" ? bracketed(depth) : "";
    const sign = degree === "3" ? "∛" : `${script(degree, raised, "")}√`;
    const of = argument(depth);
    return `${sign}${/^[\p{L}\p{N}]+$/u.test(of) ? of : `(${of})`}`;
  }

  function bracketed(depth: number): string {
    at += 1;
    return sequence(depth + 1, "]");
  }

  function argument(depth: number): string {
    while (tokens[at] === " ") at += 1;
    return depth < MAX_DEPTH ? next(depth + 1) : (tokens[at++] ?? "");
  }

  return sequence(0)
    .split("\n")
    .map((line) => line.replace(/ {2,}/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n");
}

function environment(name: string): string {
  return name === "" ? "" : "\n";
}

const above = (text: string) => (/^√?[\p{L}\p{N}.∞]*(?:\([^()]*\))?$/u.test(text) ? text : `(${text})`);

/** Of a product, such as 2a, a reader would take the first factor alone. */
const below = (text: string) =>
  /^(?:[\d.]+|[d∂]?\p{L}[⁰¹²³⁴-⁹₀-₉ⁿ]*|√?\([^()]*\)|√[\p{L}\d]+)$/u.test(text) ? text : `(${text})`;

/** `<sup>` and `<sub>`; what Unicode has not stays as it is, such as the "st" of "1st". */
export function scriptText(tag: "sup" | "sub", text: string): string {
  const shown = script(text, tag === "sup" ? raised : lowered, "(");
  return shown.startsWith("(") ? text : shown;
}

/** Raised or lowered where Unicode has all of its characters. */
function script(text: string, characters: Record<string, string>, mark: string): string {
  const all = [...text].map((character) =>
    Object.hasOwn(characters, character) ? characters[character] : undefined,
  );
  if (all.every((character) => character !== undefined)) return all.join("");
  if (text === "′" || text === "°" || text === "∘") return text === "∘" ? "°" : text;
  return [...text].length === 1 ? `${mark}${text}` : `${mark}(${text})`;
}
