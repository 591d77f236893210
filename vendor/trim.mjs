// Makes a bundle smaller than a minifier may, which has to fear that anybody outside asks for a member of a class by its name. Here
// nobody does but our own scripts, Rust through them, and the browser for what is the browser's: members that nobody asks for go, and
// the names of others become short. A name that stands anywhere in a text, by which it could be put together, stays as it is.
import { readFileSync } from 'node:fs';
import { parse } from 'acorn';

// What the language itself asks for.
const PROTOCOLS = ['constructor', 'handleEvent', 'next', 'return', 'throw', 'then', 'toJSON', 'toString', 'valueOf'];

const words = (text) => text.match(/[A-Za-z_$][\w$]*/g) ?? [];

/** Does something with each node of a program. */
function walk(node, each) {
  if (!node || typeof node !== 'object') return;
  if (node.type) each(node);
  for (const part of Object.values(node)) walk(part, each);
}

/**
 * What a bundle names: the methods of its classes and what is put onto its classes and namespaces, each with where that stands; the
 * names of all that classes have; those that are asked for; and those that may be another's: of literals, which can be options,
 * attributes or styles of the browser's, of texts, and of our own scripts.
 */
function names(bundle, scripts) {
  const program = parse(bundle, { ecmaVersion: 'latest', sourceType: 'module' });
  const classes = new Set(),
    members = new Set(),
    asked = new Set(),
    others = new Set([...PROTOCOLS, ...scripts.flatMap((script) => words(readFileSync(script, 'utf8')))]);
  const parts = [];
  // What these statements put onto something of the bundle's own, where it only needs to be there for whoever asks for it.
  const put = (statements, isOwn) => {
    for (const { type, expression } of statements) {
      if (type !== 'ExpressionStatement') continue;
      for (const node of expression.expressions ?? [expression]) {
        const { operator, left, right } = node;
        if (operator !== '=' || left.type !== 'MemberExpression' || left.computed || !isOwn(left.object.name)) continue;
        if (!/^(Identifier|(Arrow)?FunctionExpression)$/.test(right.type)) continue;
        left.isPut = true;
        parts.push({ name: left.property.name, node, instead: '0' });
      }
    }
  };
  walk(program, ({ type, id, init, callee, arguments: [given] = [] }) => {
    if (type === 'ClassDeclaration') classes.add(id?.name);
    if (type === 'VariableDeclarator' && init?.type === 'ClassExpression') classes.add(id.name);
    // TypeScript's namespaces: ((of) => { of.member = member; })(Of ||= {})
    const of = type === 'CallExpression' && /^\|\|=?$/.test(given?.operator) && callee.params?.[0]?.name;
    if (of) put(callee.body.body ?? [], (name) => name === of);
  });
  put(program.body, (name) => classes.has(name));
  walk(program, (node) => {
    const { type, key, value, computed, left } = node;
    if (type === 'MethodDefinition' && !computed) parts.push({ name: key.name, node, instead: '' });
    if (/^(Method|Property)Definition$/.test(type) && !computed) members.add(key.name);
    if (type === 'AssignmentExpression' && left.object?.type === 'ThisExpression' && !left.computed)
      members.add(left.property.name);
    if (type === 'Property' && !computed) others.add(key.name);
    if (type === 'Literal') words(String(value)).forEach((word) => others.add(word));
    if (type === 'TemplateElement') words(value.raw).forEach((word) => others.add(word));
    if (type === 'MemberExpression' && !computed && !node.isPut) asked.add(node.property.name);
  });
  parts.push(...unused(program));
  return { parts, members, asked, others };
}

/** Classes, and other names for something, that only what is theirs asks for: what is put onto them, and decorators, which stop a minifier. */
function unused(program) {
  const own = new Map(),
    members = new Set(),
    asks = [];
  walk(program, (node) => {
    const { type, id, init, computed, key, property } = node;
    if (type === 'VariableDeclarator' && id.name && /^(ClassExpression|Identifier)$/.test(init?.type))
      own.set(id.name, [id, init]);
    if (!computed && !node.shorthand) members.add(key ?? property);
    if (type === 'Identifier' && !members.has(node)) asks.push(node);
  });
  for (const { type, expression } of program.body) {
    if (type !== 'ExpressionStatement') continue;
    for (const node of expression.expressions ?? [expression]) {
      const { left, right, arguments: [decorators, decorated, name] = [] } = node;
      const isPut = left?.type === 'MemberExpression' && /^(Literal|UnaryExpression)$/.test(right.type);
      const isDecorated = decorators?.type === 'ArrayExpression' && name?.type === 'Literal';
      own.get((isPut ? left.object : isDecorated ? decorated : {}).name)?.push(node);
    }
  }
  for (const { name, start } of asks) {
    const nodes = own.get(name);
    if (nodes?.every((node) => start < node.start || start >= node.end)) own.delete(name);
  }
  return [...own.values()].flatMap(([, ...nodes]) => nodes.map((node) => ({ node, instead: '0', isUnused: true })));
}

/** A bundle without the members that nobody asks for, and which names of the others may be shorter. `scripts` are our own files in it. */
export function trim(bundle, scripts) {
  for (;;) {
    const { parts, members, asked, others } = names(bundle, scripts);
    const dead = parts.filter(({ name, isUnused }) => isUnused || (name && !asked.has(name) && !others.has(name)));
    const short = [...members].filter((name) => /^\w+$/.test(name) && !others.has(name));
    if (dead.length === 0) return { bundle, regex: new RegExp(`^(${short.join('|')})$`) };
    // From the end, so that what comes before stays where it is; what is within another goes first, and the other in the next round.
    let rest = bundle.length;
    for (const { node, instead } of dead.sort((a, b) => b.node.start - a.node.start)) {
      if (node.end > rest) continue;
      bundle = bundle.slice(0, node.start) + instead + bundle.slice(node.end);
      rest = node.start;
    }
  }
}
