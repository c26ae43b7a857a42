//! Sockets: where clients come in and where datagrams go out.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, UdpSocket};
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use crate::camera::Camera;
use crate::connection::serve;
use crate::simulator::Shared;
use crate::track::UdpPair;

/// A pair of UDP ports for the media of all sessions.
pub(crate) async fn bind_udp(listen: SocketAddr) -> io::Result<Arc<UdpPair>> {
    let any = SocketAddr::new(listen.ip(), 0);
    // RFC 3550 §11: RTP on an even port, RTCP on the next one.
    for _ in 0..100 {
        let rtp = UdpSocket::bind(any).await?;
        let port = rtp.local_addr()?.port();
        if port % 2 == 0
            && let Ok(rtcp) = UdpSocket::bind(SocketAddr::new(listen.ip(), port + 1)).await
        {
            return Ok(Arc::new(UdpPair { rtp, rtcp }));
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "no free pair of UDP ports"))
}

/// The numbers of a pair of ports.
pub(crate) fn udp_ports(udp: &UdpPair) -> Option<(u16, u16)> {
    Some((udp.rtp.local_addr().ok()?.port(), udp.rtcp.local_addr().ok()?.port()))
}

/// Listens; a port that was just closed can be had again at once.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    // Hundreds of clients may come at once.
    socket.listen(4096)
}

/// Accepts connections. A camera with a listener of its own closes it while it refuses.
pub(crate) async fn accept_forever(
    listener: TcpListener,
    address: SocketAddr,
    camera: Option<Arc<Camera>>,
    shared: Arc<Shared>,
    tasks: TaskTracker,
) {
    let mut effects = camera.as_ref().map(|camera| camera.effects.subscribe());
    let mut listener = Some(listener);
    loop {
        let refuses = effects.as_mut().is_some_and(|effects| effects.borrow_and_update().refuse);
        if refuses {
            listener = None;
        } else if listener.is_none() {
            listener = bind(address).inspect_err(|error| debug!(%address, %error, "can't listen again")).ok();
        }
        let changed = async {
            match (&mut effects, &listener, refuses) {
                // Somebody else has the port: try again soon.
                (_, None, false) => tokio::time::sleep(Duration::from_millis(50)).await,
                (Some(effects), ..) => drop(effects.changed().await),
                (None, ..) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = changed => {}
            accepted = accept(listener.as_ref()) => match accepted {
                Ok((stream, peer)) => {
                    tasks.spawn(serve(Arc::clone(&shared), stream, peer));
                }
                Err(error) => {
                    // Out of file descriptors, mostly.
                    warn!(%error, "can't accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(tokio::net::TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}
