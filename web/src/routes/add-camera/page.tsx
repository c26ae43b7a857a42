import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Page } from "@/components/page";
import { cameraQuery, camerasKey } from "@/features/cameras/api/manage";
import { AddForm } from "@/features/cameras/components/add-form";
import type { Camera } from "@/lib/api/types";

/** From an address to a camera that is recorded. */
export function AddCameraPage() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const saved = (camera: Camera) => {
    void queryClient.invalidateQueries({ queryKey: camerasKey });
    queryClient.setQueryData(cameraQuery(camera.key).queryKey, camera);
    void navigate({ to: "/cameras/$camera", params: { camera: camera.key }, replace: true });
  };
  return (
    <Page title="Add a camera" about="Its address is tried first: you see its picture before anything is kept." permission="camera:write">
      <div className="w-full max-w-3xl">
        <AddForm onSaved={saved} />
      </div>
    </Page>
  );
}
