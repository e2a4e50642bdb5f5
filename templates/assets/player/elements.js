/* Making elements: text is always text, attributes are set one by one, nothing is parsed as HTML. */

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export const make = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
export const draw = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

export const button = (label, press, ...children) =>
  make("button", { type: "button", "aria-label": children.length ? label : null, click: press },
    ...(children.length ? children : [label]));

const PICTURES = {
  play: "M5 3v14l12-7z",
  pause: "M5 3h3.5v14H5zM11.5 3H15v14h-3.5z",
  loud: "M3 7.5h3L10 4v12l-4-3.5H3zM13 7.5a3.5 3.5 0 0 1 0 5M15.5 5a7 7 0 0 1 0 10",
  mute: "M3 7.5h3L10 4v12l-4-3.5H3zM13 8l4 4M17 8l-4 4",
  picture: "M3 4h14v12H3zM10 10h5v4h-5z",
  full: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4",
};

export const icon = (name) => draw("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, draw("path", { d: PICTURES[name] }));
export const reshape = (holder, name) => holder.querySelector("path").setAttribute("d", PICTURES[name]);
