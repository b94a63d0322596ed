//! Choose files, give a repo and a token, push; a bar says how far it is, and a button stops it.

use std::cell::Cell;
use std::rc::Rc;

use hubferry::gloo::{Client, Job, UploadFile, UploadOptions};
use hubferry::push::Event;
use hubferry::time::Millis;
use hubferry::{Code, Error};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The page.
#[derive(Default)]
struct Page {
    hub: NodeRef,
    repo: NodeRef,
    token: NodeRef,
    files: NodeRef,
    /// Raised by the button, while a push runs.
    stop: Option<Rc<Cell<bool>>>,
    /// From 0 to 1.
    done: f64,
    said: String,
}

enum Message {
    Start,
    Stop,
    Progress(f64),
    End(Result<String, Error>),
}

impl Component for Page {
    type Message = Message;
    type Properties = ();

    fn create(_: &Context<Page>) -> Page {
        Page::default()
    }

    fn update(&mut self, context: &Context<Page>, message: Message) -> bool {
        match message {
            Message::Start => match self.begin() {
                Ok(job) => {
                    let stop = Rc::new(Cell::new(false));
                    self.stop = Some(stop.clone());
                    self.done = 0.0;
                    self.said.clear();
                    let link = context.link().clone();
                    spawn_local(async move {
                        let progress = link.callback(Message::Progress);
                        let end = follow(job, &stop, progress).await;
                        link.send_message(Message::End(end));
                    });
                }
                Err(error) => self.said = error.to_string(),
            },
            Message::Stop => {
                if let Some(stop) = &self.stop {
                    stop.set(true);
                }
            }
            Message::Progress(done) => self.done = done,
            Message::End(end) => {
                self.stop = None;
                self.said = match end {
                    Ok(url) => format!("Done: {url}"),
                    Err(error) if error.code == Code::Aborted => "Stopped".to_owned(),
                    Err(error) => error.to_string(),
                };
            }
        }
        true
    }

    fn view(&self, context: &Context<Page>) -> Html {
        let is_running = self.stop.is_some();
        html! {
            <main>
                <h1>{ "Push files to the Hub" }</h1>
                <p><label>{ "Hub " }<input ref={&self.hub} value="https://huggingface.co" /></label></p>
                <p><label>{ "Repo " }<input ref={&self.repo} placeholder="datasets/me/photos" /></label></p>
                <p><label>{ "Token " }<input ref={&self.token} type="password" autocomplete="off" /></label></p>
                <p><label>{ "Files " }<input ref={&self.files} type="file" multiple=true /></label></p>
                <p>
                    <button disabled={is_running} onclick={context.link().callback(|_| Message::Start)}>{ "Push" }</button>
                    <button disabled={!is_running} onclick={context.link().callback(|_| Message::Stop)}>{ "Cancel" }</button>
                </p>
                <progress value={self.done.to_string()} max="1" aria-label="Progress"></progress>
                <p role="status">{ &self.said }</p>
            </main>
        }
    }
}

impl Page {
    fn begin(&self) -> Result<Job, Error> {
        let text = |input: &NodeRef| input.cast::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default();
        let chosen = self.files.cast::<HtmlInputElement>().and_then(|input| input.files());
        let files = chosen.map(|list| UploadFile::from_list(&list)).transpose()?.unwrap_or_default();
        let options = UploadOptions { report_every: Some(Millis(100)), ..UploadOptions::default() };
        let client = Client::new(Some(&text(&self.hub)), Some(&text(&self.token)))?;
        client.upload_folder(&text(&self.repo), files, options)
    }
}

/// Tells how far the push is; its commit's address in the end.
async fn follow(mut job: Job, stop: &Cell<bool>, progress: Callback<f64>) -> Result<String, Error> {
    while let Some(event) = job.next_event().await {
        if stop.get() {
            job.abort();
        }
        if let Event::Report(report) = event {
            let (done, total) = (report.bytes.deduplicated + report.bytes.sent, report.bytes.total.max(1));
            progress.emit((done as f64 / total as f64).min(1.0));
        }
    }
    let pushed = job.await?;
    progress.emit(1.0);
    Ok(pushed.output.head.url)
}

fn main() {
    yew::Renderer::<Page>::new().render();
}
