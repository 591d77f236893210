const http = require('http');
const host = process.env.HOSTNAME;
let requests = 0, started;

const server = http.createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain');
  response.end(`Hello Kubernetes bootcamp! | Running on: ${host} | v=1\n`);
  requests += 1;
  const uptime = (new Date() - started) / 1000;
  console.log('Running On:', host, '| Total Requests:', requests, '| App Uptime:', uptime, 'seconds', '| Log Time:', new Date());
});

server.listen(8080, () => {
  started = new Date();
  console.log('Kubernetes Bootcamp App Started At:', started, '| Running On: ', host, '\n');
});
