// Draws elements and their links as Graphviz text.

/** What the drawing needs of an object at the end of a link. */
interface DrawnNode {
  readonly id: string;
  readonly className: string;
  getName(): string;
}

/** What the drawing needs of a link. */
interface DrawnLink {
  readonly sink: DrawnNode;
  readonly type: "AUDIO" | "VIDEO" | "DATA";
  readonly sourceDescription: string;
  readonly sinkDescription: string;
}

/** What the drawing needs of an element. */
interface DrawnElement extends DrawnNode {
  getSinkConnections(): readonly DrawnLink[];
  isMediaFlowingOut(mediaType: "AUDIO" | "VIDEO", description: string): boolean;
}

/** Graphviz text: a box for each element, an arrow for each link, solid where media flows and dashed where not. */
export function drawGraph(elements: readonly DrawnElement[]): string {
  const drawn = new Set<string>();
  const lines = ["digraph pipeline {", "  rankdir=LR;", "  node [shape=box, style=rounded];"];
  const drawNode = (element: DrawnNode): void => {
    if (drawn.has(element.id)) return;
    drawn.add(element.id);
    lines.push(`  ${quote(element.id)} [label=${quote(`${element.className}\n${element.getName()}`)}];`);
  };
  for (const element of elements) drawNode(element);
  for (const element of elements) {
    for (const { sink, type, sourceDescription, sinkDescription } of element.getSinkConnections()) {
      drawNode(sink);
      const flowing = type !== "DATA" && element.isMediaFlowingOut(type, sourceDescription);
      const label = sourceDescription === "default" && sinkDescription === "default";
      const text = label ? type : `${type} ${sourceDescription} to ${sinkDescription}`;
      const style = flowing ? "solid" : "dashed";
      lines.push(`  ${quote(element.id)} -> ${quote(sink.id)} [label=${quote(text)}, style=${style}];`);
    }
  }
  return `${lines.join("\n")}\n}\n`;
}

/** A Graphviz string: quotes and backslashes escaped, line breaks written as `\n`. */
function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
