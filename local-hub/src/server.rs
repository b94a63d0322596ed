//! Listeners and connections: the Hub and its two stores, and an end that lets running answers finish.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::cors::Face;
use crate::hub::Hub;
use crate::serve::serve;
use crate::wire::Wire;

/// How long connections may go on after the end was asked for.
const GRACE: Duration = Duration::from_secs(3);

/// A Hub that runs. Dropping it ends it at once; [`LocalHubHandle::shutdown`] waits for answers that are on their way.
pub struct LocalHubHandle {
    /// `http://host:port` of the Hub, without a slash at the end.
    pub url: String,
    /// `http://host:port` of the store.
    pub store_url: String,
    /// `http://host:port` of the content-addressed store.
    pub cas_url: String,
    hub: Arc<Hub>,
    stop: CancellationToken,
    listeners: Vec<JoinHandle<()>>,
    /// The data folder, when nobody named one.
    _temporary: Option<tempfile::TempDir>,
}

/// Starts a Hub.
pub async fn start(config: Config) -> io::Result<LocalHubHandle> {
    let (data, temporary) = match &config.data {
        Some(data) => (data.clone(), None),
        None => {
            let dir = tempfile::Builder::new().prefix("hubferry-local-hub-").tempdir()?;
            (dir.path().to_owned(), Some(dir))
        }
    };
    let hub_listener = TcpListener::bind(SocketAddr::new(config.host, config.port)).await?;
    let store_listener = TcpListener::bind(SocketAddr::new(config.store_host, config.store_port)).await?;
    let cas_listener = TcpListener::bind(SocketAddr::new(config.cas_host, config.cas_port)).await?;
    let url = format!("http://{}", hub_listener.local_addr()?);
    let store_url = format!("http://{}", store_listener.local_addr()?);
    let cas_url = format!("http://{}", cas_listener.local_addr()?);
    let opening = (config, url.clone(), store_url.clone(), cas_url.clone());
    let hub = tokio::task::spawn_blocking(move || {
        let (config, url, store_url, cas_url) = opening;
        Hub::open(config, &data, url, store_url, cas_url)
    })
    .await
    .map_err(io::Error::other)??;
    let hub = Arc::new(hub);
    let stop = CancellationToken::new();
    let listeners = [(Face::Hub, hub_listener), (Face::Store, store_listener), (Face::Cas, cas_listener)]
        .into_iter()
        .map(|(face, listener)| tokio::spawn(listen(Arc::clone(&hub), face, listener, stop.clone())))
        .collect();
    Ok(LocalHubHandle { url, store_url, cas_url, hub, stop, listeners, _temporary: temporary })
}

impl LocalHubHandle {
    /// The rules about what shall go wrong.
    pub fn faults(&self) -> &crate::faults::Faults {
        &self.hub.faults
    }

    /// What has been asked.
    pub fn requests(&self) -> &crate::request_log::RequestLog {
        &self.hub.log
    }

    /// How much is allowed.
    pub fn rate_limits(&self) -> &crate::rate::RateLimits {
        &self.hub.rates
    }

    /// The time that presigned URLs, quotas and logins go by.
    pub fn clock(&self) -> &crate::clock::Clock {
        &self.hub.clock
    }

    /// The logins of apps.
    pub fn oauth(&self) -> &crate::oauth::OAuth {
        &self.hub.oauth
    }

    /// How Xet is offered.
    pub fn xet(&self) -> &crate::cas::settings::Xet {
        &self.hub.cas.xet
    }

    /// What the network between the Hub and its clients is like.
    pub fn network(&self) -> &crate::pace::Network {
        &self.hub.network
    }

    /// The data folder.
    pub fn data(&self) -> &std::path::Path {
        self.hub.data()
    }

    /// Forgets repos, large files, the request log and the fault rules.
    pub async fn reset(&self) -> io::Result<()> {
        let hub = Arc::clone(&self.hub);
        let reset = move || hub.reset().map_err(|refusal| io::Error::other(refusal.cause.unwrap_or(refusal.message)));
        tokio::task::spawn_blocking(reset).await.map_err(io::Error::other)?
    }

    /// Ends the Hub: takes no more connections, and waits a few seconds for the running ones.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        for listener in std::mem::take(&mut self.listeners) {
            let _ = listener.await;
        }
    }
}

impl Drop for LocalHubHandle {
    fn drop(&mut self) {
        for listener in &self.listeners {
            listener.abort();
        }
    }
}

async fn listen(hub: Arc<Hub>, face: Face, listener: TcpListener, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connection(Arc::clone(&hub), face, stream, peer, stop.clone()));
                }
                // Out of file handles: those in use become free.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
            () = stop.cancelled() => break,
        }
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    // What is not done by then is dropped with the set.
    let _ = tokio::time::timeout(GRACE, all).await;
}

async fn connection(hub: Arc<Hub>, face: Face, stream: TcpStream, peer: SocketAddr, stop: CancellationToken) {
    let _ = stream.set_nodelay(true);
    let (wire, link) = Wire::new(stream, peer);
    let service = service_fn(|request| serve(Arc::clone(&hub), face, link.clone(), request));
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(wire), service);
    tokio::pin!(connection);
    // A connection that fails is a client that went away, or a fault that drops it.
    tokio::select! {
        _ = &mut connection => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
